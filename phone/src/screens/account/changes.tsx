// Another number, another e-mail address, another code: one question each; what comes of it opens as a request.
import { useState } from 'preact/hooks'
import { anotherSms, newEmail, newNumber, proveNumber } from '../../journeys/account/change.ts'
import { changeCode } from '../../journeys/account/code.ts'
import { unbroken, useUi } from '../../ui/context.ts'
import { Digits } from '../../ui/digits.tsx'
import { NewCodePad, useNewCode } from '../../ui/new-code.tsx'
import { Page, Primary, Secondary } from '../../ui/page.tsx'
import { EmailForm } from '../../ui/email-form.tsx'
import { triesLeft, Trouble } from '../../ui/trouble.tsx'
import { Resend } from '../sms.tsx'
import { LimitedLine } from './parts.tsx'

export function NumberNew() {
  const { app, state, t } = useUi()
  const [number, setNumber] = useState('')
  const send = () => void newNumber(app, number)
  return (
    <Page name="number-new" title={t('app.number_new.title')} help="app.help.number_new" actions={<Primary id="continue" onClick={send}>{t('app.number_new.send')}</Primary>}>
      <p class="lead">{t('app.number_new.lead', { number: unbroken(state.home?.number) })}</p>
      <LimitedLine />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <div class="field">
          <label for="number">{t('app.number_new.label')}</label>
          <p class="hint" id="number-hint">
            {t('app.number_new.hint')}
          </p>
          <input
            id="number"
            data-testid="number"
            type="tel"
            inputMode="tel"
            autocomplete="tel"
            value={number}
            aria-describedby="number-hint trouble"
            aria-invalid={state.problem !== null}
            onInput={(event) => setNumber(event.currentTarget.value)}
          />
        </div>
        <Trouble />
      </form>
      <p class="soft">{t('app.number_new.after')}</p>
    </Page>
  )
}

export function NumberCode() {
  const { app, state, t } = useUi()
  const [code, setCode] = useState('')
  const { number } = state.account
  const send = () => void proveNumber(app, code)
  const inbox = state.world?.test_world ? state.world.inbox : undefined
  return (
    <Page name="number-code" title={t('app.sms.title')} help="app.help.number_code" actions={<Primary id="continue" onClick={send}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.sms.lead', { number: unbroken(number?.number) })}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <Digits id="sms" label={t('app.sms.label')} length={5} value={code} onValue={setCode} oneTime />
        <Trouble />
      </form>
      {number && number.sms.left < 3 && !state.problem && <p class="note">{triesLeft(t, number.sms.left)}</p>}
      {number && <Resend at={number.sms.resend_at} onResend={() => void anotherSms(app).then(() => setCode(''))} />}
      {inbox && (
        <p class="soft">
          {t('app.sms.demo')}{' '}
          <a href={inbox} target="_blank" rel="noopener noreferrer">
            {inbox}
          </a>
        </p>
      )}
    </Page>
  )
}

export function EmailNew() {
  const { app, state, t } = useUi()
  const had = state.home?.email ?? null
  const [email, setEmail] = useState(had ?? '')
  const send = () => void newEmail(app, email)
  return (
    <Page
      name="email-new"
      title={t('app.email_new.title')}
      help="app.help.email_new"
      actions={
        <>
          <Primary id="continue" onClick={send}>
            {t('app.continue')}
          </Primary>
          {had && (
            <Secondary id="no-email" onClick={() => void newEmail(app, null)}>
              {t('app.email_new.none')}
            </Secondary>
          )}
        </>
      }
    >
      <p class="lead">{t('app.email_new.lead')}</p>
      <LimitedLine />
      <EmailForm value={email} type={setEmail} send={send} />
    </Page>
  )
}

export function CodeNew() {
  const { app, t } = useUi()
  const code = useNewCode((chosen) => void changeCode(app, chosen))
  return (
    <Page name="code-new" title={t('app.code_new.title')} help="app.help.code_new" actions={<Primary id="continue" disabled={!code.full} onClick={code.give}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.code_new.lead')}</p>
      <LimitedLine />
      <Trouble />
      <NewCodePad label={t('app.code_new.title')} code={code} />
      <p class="soft">{t('app.code.alone')}</p>
    </Page>
  )
}
