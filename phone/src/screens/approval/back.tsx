// The way back to the service, in the browser where the person began: by itself, with a button for when it does not go.
import { useEffect } from 'preact/hooks'
import type { Outcome } from '../../state.ts'
import { useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'

/** Long enough to see that it is done. */
const PAUSE_MS = 900

/** The address, and off it goes. After a report nobody is sent anywhere. */
export function useWayBack(outcome: Outcome): string | undefined {
  const back = outcome.kind === 'approved' || outcome.kind === 'refused' ? outcome.back : undefined
  useEffect(() => {
    if (!back) return
    const timer = setTimeout(() => location.assign(back), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [back])
  return back
}

export function BackToService({ address, name }: { address: string; name: string }) {
  const { t } = useUi()
  return (
    <a class="primary" href={address} data-testid="to-service">
      {t('app.outcome.back_to', { name })} <Icon name="next" />
    </a>
  )
}
