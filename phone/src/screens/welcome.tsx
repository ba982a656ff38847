import { LANGS, type Lang } from '../contract.ts'
import { changeLang } from '../journeys/settings.ts'
import { begin } from '../journeys/token.ts'
import { LANGUAGE_NAMES, type Key } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'

export function Welcome() {
  const { app, t } = useUi()
  return (
    <Page
      name="welcome"
      title={t('app.welcome.title')}
      help="app.help.welcome"
      back={false}
      actions={
        <>
          <Primary id="activate" onClick={() => void begin(app, 'bank')}>
            {t('app.welcome.activate')}
          </Primary>
          <Secondary id="activate-eid" onClick={() => void begin(app, 'eid')}>
            {t('app.welcome.activate_eid')}
          </Secondary>
        </>
      }
    >
      <img class="emblem" src="/icon-192.png" alt="" width="64" height="64" />
      <p class="lead">{t('app.welcome.lead')}</p>
      <Needs title={t('app.welcome.need')} keys={['app.welcome.need_card', 'app.welcome.need_app']} />
      <Needs title={t('app.welcome.need_eid')} keys={['app.welcome.need_identity_card']} />
      <p class="soft">{t('app.welcome.credit_card')}</p>
      <Languages />
    </Page>
  )
}

/** What to have at hand on one of the two ways. */
function Needs({ title, keys }: { title: string; keys: Key[] }) {
  const { t } = useUi()
  return (
    <section class="needs">
      <h2>{title}</h2>
      <ul class="checks">
        {keys.map((key) => (
          <li key={key}>
            <Icon name="check" size={20} /> <span>{t(key)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The four languages, each in its own words. */
export function Languages() {
  const { app, state, t } = useUi()
  return (
    <div class="languages" role="group" aria-label={t('app.language.title')}>
      {LANGS.map((lang: Lang) => (
        <button type="button" key={lang} lang={lang} class="choice-small" data-testid={`lang-${lang}`} aria-pressed={state.lang === lang} onClick={() => void changeLang(app, lang)}>
          {LANGUAGE_NAMES[lang]}
        </button>
      ))}
    </div>
  )
}
