// The approval screen, always the same five parts in the same order: who, what, details, from where, your answer.
import { useEffect, useState } from 'preact/hooks'
import { approve, refuse, reportFraud, typeMatch } from '../journeys/approve.ts'
import type { Request } from '../protocol/messages.ts'
import { BigClock, Clock } from '../ui/clock.tsx'
import { useNow, useUi } from '../ui/context.ts'
import { Digits } from '../ui/digits.tsx'
import { Icon } from '../ui/icons.tsx'
import { Pad } from '../ui/pad.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

function useRequest(): Request | undefined {
  const { state } = useUi()
  return state.waiting.find((one) => one.request.rid === state.open?.rid)?.request
}

/** Always visible under the answer. For a phone of one's own there is one no: it stops whoever is at it. */
function OtherAnswers({ admin }: { admin: boolean }) {
  const { app, t } = useUi()
  if (admin) {
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
  const request = useRequest()
  const [match, setMatch] = useState('')
  const now = useNow()
  useEffect(() => {
    if (state.problem?.code.startsWith('not_accepted')) setMatch('')
  }, [state.problem])
  if (!request) return null
  const admin = request.kind === 'admin'
  const times = state.open?.times ?? 0
  const until = state.device?.not_before ?? 0
  const send = () => typeMatch(app, match)
  return (
    <Page
      name="approval"
      title={t(admin ? 'app.admin.title' : 'approval.title')}
      help={admin ? 'app.help.admin' : 'app.help.approval'}
      actions={
        <>
          {request.match && until <= now && (
            <form
              class="answer"
              onSubmit={(event) => {
                event.preventDefault()
                send()
              }}
            >
              <Digits id="match" label={t('approval.match')} length={2} value={match} onValue={setMatch} />
            </form>
          )}
          <Primary id="continue" disabled={until > now} onClick={send}>
            {t('approval.continue')}
          </Primary>
          <OtherAnswers admin={admin} />
        </>
      }
    >
      <Clock until={request.exp} />
      <Trouble />
      {admin && <p class="lead">{t('app.admin.lead')}</p>}
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
            <h3>{t(admin ? 'app.admin.details' : 'approval.details')}</h3>
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
      {until > now && (
        <section class="card centre">
          <p>{t('approval.wait')}</p>
          <BigClock until={until} />
        </section>
      )}
      {request.match && <p class="soft">{t('approval.match_hint')}</p>}
    </Page>
  )
}

export function ApprovalCode() {
  const { app, state, t } = useUi()
  const request = useRequest()
  const [code, setCode] = useState('')
  useEffect(() => {
    if (state.problem && state.problem.code !== 'offline') setCode('')
  }, [state.problem])
  if (!request) return null
  const admin = request.kind === 'admin'
  const send = (typed = code) => {
    if (typed.length === 5) void approve(app, typed)
  }
  return (
    <Page
      name="approval-code"
      title={t('approval.code')}
      help="app.help.approval_code"
      actions={
        <>
          <Primary id="approve" disabled={code.length < 5} onClick={() => send()}>
            {t('approval.approve')}
          </Primary>
          <OtherAnswers admin={admin} />
        </>
      }
    >
      <p class="summary">
        <strong>{request.title}</strong> · {request.rp.name}
      </p>
      <Trouble />
      <Pad label={t('approval.code')} code={code} onCode={setCode} onDone={send} />
      <Clock until={request.exp} />
    </Page>
  )
}
