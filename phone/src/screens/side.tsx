// Language and about; the rest of the menu has its own folder.
import { APP } from '../contract.ts'
import { useUi } from '../ui/context.ts'
import { Page } from '../ui/page.tsx'
import { Languages } from './welcome.tsx'

export function Language() {
  const { t } = useUi()
  return (
    <Page name="language" title={t('app.language.title')} help="app.help.language">
      <Languages />
    </Page>
  )
}

export function About() {
  const { app, state, t } = useUi()
  return (
    <Page name="about" title={t('app.about.title')} help="app.help.about">
      <p class="lead">{t('app.about.lead')}</p>
      <p>{t('app.about.keys')}</p>
      <p>{t('app.about.updates')}</p>
      <section class="card">
        <dl>
          <div>
            <dt>{t('app.about.version')}</dt>
            <dd>{APP}</dd>
          </div>
          <div>
            <dt>{t('app.about.device')}</dt>
            <dd class="code">{app.device?.dev ?? '–'}</dd>
          </div>
          <div>
            <dt>{t('app.about.server')}</dt>
            <dd>{state.world?.issuer ?? app.channel.origin}</dd>
          </div>
        </dl>
      </section>
    </Page>
  )
}
