import { useState } from 'preact/hooks'
import { giveEmail } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { EmailForm } from '../ui/email-form.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'

export function Email() {
  const { app, state, t } = useUi()
  const [email, setEmail] = useState(state.view?.email ?? '')
  const send = () => void giveEmail(app, email)
  return (
    <Page
      name="email"
      title={t('app.email.title')}
      help="app.help.email"
      step="email"
      actions={
        <>
          <Primary id="continue" onClick={send}>
            {t('app.continue')}
          </Primary>
          <Secondary id="no-email" onClick={() => void giveEmail(app, null)}>
            {t('app.email.none')}
          </Secondary>
        </>
      }
    >
      <p class="lead">{t('app.email.lead')}</p>
      <EmailForm value={email} type={setEmail} send={send} />
    </Page>
  )
}
