import { useState } from 'preact/hooks'
import { giveEmail } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

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
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <div class="field">
          <label for="email">{t('app.email.label')}</label>
          <input
            id="email"
            data-testid="email"
            type="email"
            inputMode="email"
            autocomplete="email"
            autocapitalize="none"
            spellcheck={false}
            value={email}
            aria-describedby="trouble"
            aria-invalid={state.problem !== null}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </div>
        <Trouble />
      </form>
    </Page>
  )
}
