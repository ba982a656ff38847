// The approval screen, always the same five parts in the same order: who, what, details, from where, your answer.
import { useEffect, useState } from 'preact/hooks'
import { approve, approveWithBio, refuse, reportFraud, typeMatch } from '../journeys/approve.ts'
import { bioAllowed } from '../journeys/biometrics.ts'
import type { Request } from '../protocol/messages.ts'
import type { Waiting } from '../state.ts'
import type { Say } from '../texts/index.ts'
import { Clock } from '../ui/clock.tsx'
import { useNow, useUi } from '../ui/context.ts'
import { Digits } from '../ui/digits.tsx'
import { Icon } from '../ui/icons.tsx'
import { Pad } from '../ui/pad.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { Held, useHold } from './account/hold.tsx'
import { CarefulLine } from './account/parts.tsx'

function useOpen(): Waiting | undefined {
  const { state } = useUi()
  return state.waiting.find((one) => one.request.rid === state.open?.rid)
}

/** Somebody activates this account on another phone; it goes by its title, which only the operator can sign. */
export const asksForNewPhone = (t: Say, request: Request): boolean => request.kind === 'admin' && request.title === t('approval.new_phone')

/** Always visible under the answer. For a phone of one's own there is one no: it stops whoever is at it. */
function OtherAnswers({ newPhone }: { newPhone: boolean }) {
  const { app, t } = useUi()
  if (newPhone) {
    return (
      <Secondary id="refuse" tone="stop" onClick={() => void refuse(app)}>
        <Icon name="warn" /> {t('app.admin.refuse')}
      </Secondary>
    )
  }
  return (
    <div class="pair">
      <Secondary id="refuse" onClick={() => void refuse(app)}>
        <Icon name="cross" /> {t('approval.refuse')}
      </Secondary>
      <Secondary id="fraud" tone="stop" onClick={() => void reportFraud(app)}>
        <Icon name="warn" /> {t('approval.fraud')}
      </Secondary>
    </div>
  )
}

export function Approval() {
  const { app, state, t } = useUi()
  const waiting = useOpen()
  const [match, setMatch] = useState('')
  const now = useNow()
  const hold = useHold(waiting)
  useEffect(() => {
    if (state.problem?.code.startsWith('not_accepted')) setMatch('')
  }, [state.problem])
  if (!waiting) return null
  const { request } = waiting
  const admin = request.kind === 'admin'
  const newPhone = asksForNewPhone(t, request)
  const times = state.open?.times ?? 0
  const bio = bioAllowed(state, request, now)
  const send = () => typeMatch(app, match)
  const sendBio = () => void approveWithBio(app, match)
  return (
    <Page
      name="approval"
      title={newPhone ? t('app.admin.title') : admin ? request.title : t('approval.title')}
      help={newPhone ? 'app.help.admin' : admin ? 'app.help.confirm_act' : 'app.help.approval'}
      actions={
        <>
          {request.match && hold === 0 && (
            <form
              class="answer"
              onSubmit={(event) => {
                event.preventDefault()
                if (bio) sendBio()
                else send()
              }}
            >
              <Digits id="match" label={t('approval.match')} length={2} value={match} onValue={setMatch} />
            </form>
          )}
          {bio && (
            <Primary id="approve-bio" disabled={hold > 0} onClick={sendBio}>
              <Icon name="finger" /> {t('app.bio.approve')}
            </Primary>
          )}
          {bio ? (
            <Secondary id="continue" onClick={send}>
              {t('app.bio.with_code')}
            </Secondary>
          ) : (
            <Primary id="continue" disabled={hold > 0} onClick={send}>
              {t('approval.continue')}
            </Primary>
          )}
          <OtherAnswers newPhone={newPhone} />
        </>
      }
    >
      <Clock until={request.exp} />
      <CarefulLine />
      {hold > 0 && <Held until={hold} />}
      <Trouble />
      {newPhone && <p class="lead">{t('app.admin.lead')}</p>}
      <section class="card approval">
        <div class="who" data-testid="who">
          <h2>{request.rp.name}</h2>
          <p class="domain">{request.rp.domain}</p>
          {!admin && <p class="soft">{times === 0 ? t('approval.first_time') : times === 1 ? t('approval.once') : t('approval.times', { n: times })}</p>}
        </div>
        <p class="what" data-testid="what">
          <Icon name={admin ? 'phone' : 'login'} /> <strong>{request.title}</strong>
        </p>
        {request.fields.length > 0 && (
          <div class="details">
            <h3>{t(newPhone ? 'app.admin.details' : admin ? 'app.admin.other_details' : 'approval.details')}</h3>
            <dl data-testid="fields">
              {request.fields.map((field, at) => (
                <div key={at}>
                  <dt>{field.l}</dt>
                  <dd>{field.v}</dd>
                </div>
              ))}
            </dl>
          </div>
        )}
        <div class="from" data-testid="from">
          <h3>{t('approval.from')}</h3>
          <p>{request.from}</p>
        </div>
      </section>
      {request.match && <p class="soft">{t('approval.match_hint')}</p>}
    </Page>
  )
}

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
            {t('approval.approve')}
          </Primary>
          <OtherAnswers newPhone={asksForNewPhone(t, request)} />
        </>
      }
    >
      <p class="summary">
        <strong>{request.title}</strong> · {request.rp.name}
      </p>
      <CarefulLine />
      <Trouble />
      {hold > 0 ? <Held until={hold} /> : <Pad label={t('approval.code')} code={code} onCode={setCode} onDone={send} />}
      <Clock until={request.exp} />
    </Page>
  )
}
