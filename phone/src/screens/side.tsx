// Menu, my data, language, about.
import { APP } from '../contract.ts'
import { toggle } from '../journeys/settings.ts'
import type { Settings } from '../contract.ts'
import type { Side } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { Languages } from './welcome.tsx'

const ENTRIES: { to: Side; icon: IconName; word: Key }[] = [
  { to: 'my-data', icon: 'person', word: 'app.menu.my_data' },
  { to: 'receipts', icon: 'list', word: 'app.menu.receipts' },
  { to: 'language', icon: 'globe', word: 'app.menu.language' },
  { to: 'about', icon: 'info', word: 'app.menu.about' },
]

export function Menu() {
  const { app, t } = useUi()
  return (
    <Page name="menu" title={t('app.menu.title')} help="app.help.menu">
      <ul class="rows">
        {ENTRIES.map(({ to, icon, word }) => (
          <li key={to}>
            <button type="button" class="row" data-testid={`menu-${to}`} onClick={() => app.dispatch({ type: 'side', side: to })}>
              <span class="with-icon">
                <Icon name={icon} /> {t(word)}
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </Page>
  )
}

const SWITCHES: { name: keyof Settings; word: Key; under: Key }[] = [
  { name: 'biometrics', word: 'app.my_data.biometrics', under: 'app.my_data.biometrics_under' },
  { name: 'notifications', word: 'app.my_data.notifications', under: 'app.my_data.notifications_under' },
  { name: 'sharing', word: 'app.my_data.sharing', under: 'app.my_data.sharing_under' },
]

export function MyData() {
  const { app, state, t } = useUi()
  const home = state.home
  return (
    <Page name="my-data" title={t('app.my_data.title')} help="app.help.my_data">
      <section class="card">
        <dl>
          <div>
            <dt>{t('app.my_data.number')}</dt>
            <dd data-testid="my-number">{home?.number}</dd>
          </div>
          <div>
            <dt>{t('app.my_data.email')}</dt>
            <dd data-testid="my-email">{home?.email ?? t('app.my_data.no_email')}</dd>
          </div>
        </dl>
      </section>
      <h2 class="small">{t('app.my_data.choices')}</h2>
      <ul class="rows">
        {SWITCHES.map(({ name, word, under }) => {
          const on = home?.settings[name] ?? false
          return (
            <li key={name}>
              <button type="button" class="row" role="switch" aria-checked={on} data-testid={`switch-${name}`} onClick={() => void toggle(app, name)}>
                <span>
                  <strong>{t(word)}</strong>
                  <span class="under">{t(under)}</span>
                </span>
                <span class="switch" aria-hidden="true">
                  <span class="track" />
                  {on ? t('app.on') : t('app.off')}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      <Trouble />
    </Page>
  )
}

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
