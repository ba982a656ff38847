// While somebody is on the phone with the person, and after wrong codes, the pad waits, and says why.
import { CAREFUL_SECONDS } from '../../journeys/safety.ts'
import type { Waiting } from '../../state.ts'
import { BigClock } from '../../ui/clock.tsx'
import { useNow, useUi } from '../../ui/context.ts'

/** Until when no code is taken for this request; 0 when it is. */
export function useHold(waiting: Waiting | undefined): number {
  const { state } = useUi()
  const now = useNow()
  const calling = (state.home?.careful ?? 0) > now ? (waiting?.seen ?? 0) + CAREFUL_SECONDS : 0
  const until = Math.max(calling, state.account.hold, state.device?.not_before ?? 0)
  return until > now ? until : 0
}

export function Held({ until }: { until: number }) {
  const { state, t } = useUi()
  const failed = until === state.device?.not_before
  return (
    <section class="card centre" data-testid="held">
      <p>{t(failed ? 'approval.wait' : 'app.careful.wait')}</p>
      <BigClock until={until} />
    </section>
  )
}
