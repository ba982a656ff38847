// A change that was just asked for: what M1 says, and the code under it, on one screen.
import { useEffect, useState } from 'preact/hooks'
import { saysWhatWeAsked } from '../../journeys/account/act.ts'
import { approve, refuse, reportFraud } from '../../journeys/approve.ts'
import { useUi } from '../../ui/context.ts'
import { Clock } from '../../ui/clock.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Pad } from '../../ui/pad.tsx'
import { Page, Primary, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Held, useHold } from './hold.tsx'
import { CarefulLine } from './parts.tsx'

export function ConfirmAct() {
  const { app, state, t } = useUi()
  const [code, setCode] = useState('')
  const waiting = state.waiting.find((one) => one.request.rid === state.open?.rid)
  const { act } = state.account
  const hold = useHold(waiting)
  useEffect(() => {
    if (state.problem && state.problem.code !== 'offline') setCode('')
  }, [state.problem])
  if (!waiting || !act) return null
  const { request } = waiting
  const ours = saysWhatWeAsked(act, request)
  const send = (typed = code) => {
    if (typed.length === 5 && ours && hold === 0) void approve(app, typed)
  }
  return (
    <Page
      name="confirm-act"
      title={request.title}
      help="app.help.confirm_act"
      {...(ours ? {} : { tone: 'stop' as const })}
      actions={
        <>
          {ours && (
            <Primary id="approve" disabled={code.length < 5 || hold > 0} onClick={() => send()}>
              {t('approval.approve')}
            </Primary>
          )}
          <div class="pair">
            <Secondary id="refuse" onClick={() => void refuse(app)}>
              <Icon name="cross" /> {t('approval.refuse')}
            </Secondary>
            <Secondary id="fraud" tone="stop" onClick={() => void reportFraud(app)}>
              <Icon name="warn" /> {t('approval.fraud')}
            </Secondary>
          </div>
        </>
      }
    >
      <CarefulLine />
      <section class="card approval">
        <div class="details">
          <dl data-testid="fields">
            {request.fields.map((field, at) => (
              <div key={at}>
                <dt>{field.l}</dt>
                <dd>{field.v}</dd>
              </div>
            ))}
          </dl>
          <p class="soft" data-testid="from">
            {request.rp.name} · {request.rp.domain} · {request.from}
          </p>
        </div>
      </section>
      <Trouble />
      {!ours ? (
        <div class="note stop" role="alert" data-testid="not-shown">
          <Icon name="warn" size={20} />
          <p>{t('app.problem.not_shown')}</p>
        </div>
      ) : hold > 0 ? (
        <Held until={hold} />
      ) : (
        <>
          <h2 class="small">{t('approval.code')}</h2>
          <Pad label={t('approval.code')} code={code} onCode={setCode} onDone={send} />
        </>
      )}
      <Clock until={request.exp} />
    </Page>
  )
}
