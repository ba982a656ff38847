import { useUi } from '../ui/context.ts'
import { Page, Picture, Primary } from '../ui/page.tsx'

/** A code or a link of a request opened zelf where no account is: private mode, another browser, or nobody activated yet. */
export function Elsewhere() {
  const { app, state, t } = useUi()
  const link = state.elsewhere === 'r'
  return (
    <Page
      name="elsewhere"
      title={t('app.elsewhere.title')}
      help="app.help.elsewhere"
      actions={
        <Primary id="activate-here" onClick={() => app.dispatch({ type: 'elsewhere', elsewhere: null })}>
          {t('app.elsewhere.activate')}
        </Primary>
      }
    >
      <Picture name="phone" tone="care" />
      <p class="lead">{t('app.elsewhere.lead')}</p>
      <h2>{t('app.elsewhere.have')}</h2>
      <ol class="steps">
        <li>{t('app.elsewhere.open')}</li>
        <li>{link ? t('app.elsewhere.again') : t('app.elsewhere.scan', { button: t('app.scan.start') })}</li>
        <li>{t('app.elsewhere.number')}</li>
      </ol>
      <h2>{t('app.elsewhere.none')}</h2>
      <p>{t('app.elsewhere.none_lead')}</p>
    </Page>
  )
}
