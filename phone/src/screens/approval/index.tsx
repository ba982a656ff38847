// The approval screen, always the same five parts in the same order: who, what, details, from where, your answer.
import { useEffect, useState } from 'preact/hooks'
import { approveWithBio, typeMatch } from '../../journeys/approve.ts'
import { bioAllowed } from '../../journeys/biometrics.ts'
import { shared, told, type Request } from '../../protocol/messages.ts'
import { Clock } from '../../ui/clock.tsx'
import { useNow, useUi } from '../../ui/context.ts'
import { Digits } from '../../ui/digits.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Page, Primary, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Held, useHold } from '../account/hold.tsx'
import { CarefulLine } from '../account/parts.tsx'
import { Data, Lines } from './data.tsx'
import { asksForNewPhone, Details, From, OtherAnswers, useOpen, What, Who } from './parts.tsx'
import { Payment } from './payment.tsx'
import { LongText, ReadFirst } from './text.tsx'

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
  const unread = request.text !== undefined && !state.open?.read
  const off = hold > 0 || unread
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
          {request.text !== undefined && <ReadFirst />}
          {request.match && hold === 0 && !unread && (
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
            <Primary id="approve-bio" disabled={off} onClick={sendBio}>
              <Icon name="finger" /> {t('app.bio.approve')}
            </Primary>
          )}
          {bio ? (
            <Secondary id="continue" disabled={unread} onClick={send}>
              {t('app.bio.with_code')}
            </Secondary>
          ) : (
            <Primary id="continue" disabled={off} onClick={send}>
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
        <Who request={request} times={state.open?.times ?? 0} />
        <What request={request} />
        <Asked request={request} newPhone={newPhone} />
        {request.text !== undefined && <LongText text={request.text} />}
        <From request={request} />
      </section>
      {request.match && <p class="soft">{t('approval.match_hint')}</p>}
    </Page>
  )
}

/** The details: what the request says of itself, as its kind is best read, then what it asks of the person. */
function Asked({ request, newPhone }: { request: Request; newPhone: boolean }) {
  const { t } = useUi()
  const lines = told(request)
  if (request.kind === 'admin' || request.kind === 'act') {
    return (
      <Details title={t(newPhone ? 'app.admin.details' : 'app.admin.other_details')}>
        <Lines fields={request.fields} />
      </Details>
    )
  }
  return (
    <>
      {lines.length > 0 && <div class="details">{request.kind === 'payment' ? <Payment request={request} /> : <Lines fields={lines} />}</div>}
      {shared(request).length > 0 && (
        <Details title={t('approval.details')}>
          <Data request={request} />
        </Details>
      )}
    </>
  )
}
