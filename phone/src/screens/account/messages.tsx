// "Was this really us?": every message we sent, and what to do with one that is not there.
import type { MyMessage } from '../../account-contract.ts'
import { loadMessages } from '../../journeys/account/my.ts'
import type { Key } from '../../texts/index.ts'
import { useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { Page, Primary, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Coming, moment, useGo, useLoad } from './parts.tsx'

const WHAT: Record<string, Key> = {
  code: 'app.messages.code', sms_code: 'app.messages.code', activated: 'app.messages.activated', reactivated: 'app.messages.activated', new_phone: 'app.messages.activated', blocked: 'app.messages.blocked',
  number: 'app.messages.number', number_changed: 'app.messages.number', email: 'app.messages.email', email_changed: 'app.messages.email', code_changed: 'app.messages.code_changed',
  closed: 'app.messages.closed', exported: 'app.messages.exported', still_mine: 'app.messages.still_mine', number_asked: 'app.messages.still_mine', refused: 'app.messages.refused',
}
const TO: Record<MyMessage['to'], Key> = { number: 'app.messages.to_number', old_number: 'app.messages.to_old_number', email: 'app.messages.to_email', old_email: 'app.messages.to_old_email' }

export function Messages() {
  const { app, state, t } = useUi()
  const go = useGo()
  const { messages } = state.account
  const load = () => loadMessages(app)
  useLoad(messages === null, load)
  return (
    <Page
      name="messages"
      title={t('app.messages.title')}
      help="app.help.messages"
      actions={
        <Secondary id="suspicious" tone="stop" onClick={() => go('suspicious', true)}>
          <Icon name="warn" /> {t('app.messages.suspicious')}
        </Secondary>
      }
    >
      <p class="lead">{t('app.messages.lead')}</p>
      <Trouble />
      <Coming here={messages !== null} again={() => void load()} />
      {messages?.length === 0 && <p class="note">{t('app.messages.none')}</p>}
      <ul class="rows">
        {messages?.map((one, at) => (
          <li key={at} class="row still" data-testid="message" data-what={one.what}>
            <span class="with-icon">
              <Icon name={one.kind === 'sms' ? 'phone' : 'mail'} />
              <span>
                <strong>{t(WHAT[one.what] ?? 'app.messages.other')}</strong>
                <span class="under">
                  {t(one.kind === 'sms' ? 'app.messages.sms' : 'app.messages.mail')} {t(TO[one.to] ?? 'app.messages.to_number')} · {moment(state.lang, one.at)}
                </span>
              </span>
            </span>
          </li>
        ))}
      </ul>
      {state.home?.email && <p class="soft">{t('app.messages.shared')}</p>}
    </Page>
  )
}

/** Somebody who got one: what we never do, and what to do now. */
export function Suspicious() {
  const { state, t } = useUi()
  const go = useGo()
  const issuer = state.world?.issuer
  return (
    <Page
      name="suspicious"
      title={t('app.suspicious.title')}
      help="app.help.suspicious"
      actions={
        <Primary id="to-block" onClick={() => go('block', true)}>
          {t('app.suspicious.block')}
        </Primary>
      }
    >
      <section class="card">
        <h2>{t('app.suspicious.never')}</h2>
        <ul>
          <li>{t('app.suspicious.never_link')}</li>
          <li>{t('app.suspicious.never_confirm')}</li>
          <li>{t('app.suspicious.never_code')}</li>
        </ul>
      </section>
      <h2>{t('app.suspicious.nothing_given')}</h2>
      <p>{t('app.suspicious.nothing_given_do')}</p>
      <h2>{t('app.suspicious.given')}</h2>
      <ol class="steps">
        <li>{t('app.suspicious.given_block')}</li>
        <li>{t('app.suspicious.given_card')}</li>
        <li>{t('app.suspicious.given_bank')}</li>
      </ol>
      <h2>{t('app.suspicious.report')}</h2>
      <p>{t('app.suspicious.report_how')}</p>
      {issuer && (
        <p>
          <a href={`${issuer}/help/a/suspicious-message?lang=${state.lang}`} target="_blank" rel="noopener noreferrer" data-testid="help-page">
            {t('app.suspicious.more')}
          </a>
        </p>
      )}
    </Page>
  )
}
