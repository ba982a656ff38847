// The code, under a summary of what it is about to approve.
import { useEffect, useState } from 'preact/hooks'
import { approve } from '../../journeys/approve.ts'
import { refusable, type Request } from '../../protocol/messages.ts'
import { Clock } from '../../ui/clock.tsx'
import { useUi } from '../../ui/context.ts'
import { Pad } from '../../ui/pad.tsx'
import { Page, Primary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Held, useHold } from '../account/hold.tsx'
import { CarefulLine } from '../account/parts.tsx'
import { givenBy } from './data.tsx'
import { lookOf } from './kinds.ts'
import { asksForNewPhone, OtherAnswers, useOpen } from './parts.tsx'
import { amountOf, payeeOf } from './payment.tsx'

export function ApprovalCode() {
  const { app, state, t } = useUi()
  const waiting = useOpen()
  const hold = useHold(waiting)
  const [code, setCode] = useState('')
  useEffect(() => {
    if (state.problem && state.problem.code !== 'offline') setCode('')
  }, [state.problem])
  if (!waiting) return null
  const { request } = waiting
  const send = (typed = code) => {
    if (typed.length === 5 && hold === 0) void approve(app, typed)
  }
  return (
    <Page
      name="approval-code"
      title={t('approval.code')}
      help="app.help.approval_code"
      actions={
        <>
          <Primary id="approve" disabled={code.length < 5 || hold > 0} onClick={() => send()}>
            {t(lookOf(request.kind).verb)}
          </Primary>
          <OtherAnswers newPhone={asksForNewPhone(t, request)} />
        </>
      }
    >
      <Summary request={request} />
      <CarefulLine />
      <Trouble />
      {hold > 0 ? <Held until={hold} /> : <Pad label={t('approval.code')} code={code} onCode={setCode} onDone={send} />}
      <Clock until={request.exp} />
    </Page>
  )
}

/** What the code says yes to, once more. */
function Summary({ request }: { request: Request }) {
  const { state, t } = useUi()
  if (request.kind === 'payment') {
    return (
      <p class="summary pay" data-testid="summary">
        <strong class="figures">{amountOf(request)}</strong>
        <span>{t('approval.to', { name: payeeOf(request) })}</span>
        <span class="soft">
          {request.title} · {request.rp.name}
        </span>
      </p>
    )
  }
  const given = request.kind === 'share' || refusable(request).length > 0 ? givenBy(request, state.open?.without ?? []) : []
  return (
    <p class="summary" data-testid="summary">
      <strong>{request.title}</strong> · {request.rp.name}
      {given.length > 0 && <span class="under">{given.join(', ')}</span>}
    </p>
  )
}
