// A request that cannot be drawn as it is written: nothing of it is shown, and nothing is approved.
import { useUi } from '../ui/context.ts'
import { Page, Picture, Primary } from '../ui/page.tsx'

export function Unshown() {
  const { app, t } = useUi()
  return (
    <Page
      name="unshown"
      title={t('app.unshown.title')}
      help="app.help.unshown"
      actions={
        <Primary id="close" onClick={() => app.dispatch({ type: 'unshown-read' })}>
          {t('app.close')}
        </Primary>
      }
    >
      <Picture name="warn" tone="care" />
      <p class="lead">{t('app.unshown.lead')}</p>
      <p>{t('app.unshown.todo')}</p>
    </Page>
  )
}
