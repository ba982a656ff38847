import { TERMS } from '../contract.ts'
import { start } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

const RULES = ['app.terms.rule_1', 'app.terms.rule_2', 'app.terms.rule_3', 'app.terms.rule_4', 'app.terms.rule_5'] as const
const PRIVACY = ['app.terms.privacy_1', 'app.terms.privacy_2', 'app.terms.privacy_3', 'app.terms.privacy_4', 'app.terms.privacy_5'] as const

export function Terms() {
  const { app, t } = useUi()
  return (
    <Page
      name="terms"
      title={t('app.terms.title')}
      help="app.help.terms"
      step="terms"
      actions={
        <>
          <p class="soft">{t('app.terms.by')}</p>
          <Primary id="accept-terms" onClick={() => void start(app)}>
            {t('app.terms.accept')}
          </Primary>
        </>
      }
    >
      <p class="lead">{t('app.terms.lead')}</p>
      <section class="card">
        <h2>{t('app.terms.rules')}</h2>
        <ul>
          {RULES.map((key) => (
            <li key={key}>{t(key)}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t('app.terms.privacy')}</h2>
        <ul>
          {PRIVACY.map((key) => (
            <li key={key}>{t(key)}</li>
          ))}
        </ul>
      </section>
      <p class="soft">{t('app.terms.version', { version: TERMS })}</p>
      <Trouble />
    </Page>
  )
}
