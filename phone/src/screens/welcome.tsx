import { LANGS, type Lang } from '../contract.ts'
import { changeLang } from '../journeys/settings.ts'
import { LANGUAGE_NAMES } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Primary } from '../ui/page.tsx'

export function Welcome() {
  const { app, t } = useUi()
  return (
    <Page
      name="welcome"
      title={t('app.welcome.title')}
      help="app.help.welcome"
      back={false}
      actions={
        <Primary id="activate" onClick={() => app.dispatch({ type: 'fresh', begun: 'terms' })}>
          {t('app.welcome.activate')}
        </Primary>
      }
    >
      <img class="emblem" src="/icon-192.png" alt="" width="88" height="88" />
      <p class="lead">{t('app.welcome.lead')}</p>
      <h2>{t('app.welcome.need')}</h2>
      <ul class="checks">
        {(['app.welcome.need_phone', 'app.welcome.need_card', 'app.welcome.need_reader', 'app.welcome.need_app'] as const).map((key) => (
          <li key={key}>
            <Icon name="check" size={20} /> <span>{t(key)}</span>
          </li>
        ))}
      </ul>
      <p class="soft">{t('app.welcome.credit_card')}</p>
      <Languages />
    </Page>
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
