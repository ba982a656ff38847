import { LANGS, type Lang } from '../contract.ts'
import { callingCode } from '../countries.ts'
import { begin } from '../journeys/activate.ts'
import { changeLang } from '../journeys/settings.ts'
import { beginVouch } from '../journeys/vouch.ts'
import { LANGUAGE_NAMES, type Key } from '../texts/index.ts'
import { unbroken, useUi } from '../ui/context.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { TermsLine } from './terms.tsx'

export function Welcome() {
  const { app, state, t } = useUi()
  if (state.offered) return <Offered />
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
          <Secondary id="reactivate" onClick={() => void begin(app, 'again')}>
            {t('app.welcome.again')}
          </Secondary>
          <TermsLine />
        </>
      }
    >
      <Languages />
      <p class="lead">{t('app.welcome.lead')}</p>
      <Trouble />
      <ul class="rows">
        <Other id="activate-eid" icon="card" word="app.welcome.eid" under="app.welcome.eid_under" onClick={() => void begin(app, 'eid')} />
        <Other id="old-phone" icon="phone" word="app.welcome.old_phone" under="app.welcome.old_phone_under" onClick={() => void beginVouch(app)} />
      </ul>
      <p class="soft">{t('app.welcome.need')}</p>
    </Page>
  )
}

function Other({ id, icon, word, under, onClick }: { id: string; icon: IconName; word: Key; under: Key; onClick: () => void }) {
  const { state, t } = useUi()
  return (
    <li>
      <button type="button" class="row" data-testid={id} aria-disabled={state.busy} onClick={state.busy ? undefined : onClick}>
        <span class="with-icon">
          <Icon name={icon} />
          <span>
            <strong>{t(word)}</strong>
            <span class="under">{t(under)}</span>
          </span>
        </span>
        <Icon name="next" />
      </button>
    </li>
  )
}

/** The address brought number and token along: said, and nothing done with them yet. */
function Offered() {
  const { app, state, t } = useUi()
  return (
    <Page
      name="welcome"
      title={t('app.offered.title')}
      help="app.help.welcome"
      back={false}
      actions={
        <>
          <Primary id="activate-eid" onClick={() => void begin(app, 'eid')}>
            {t('app.offered.continue')}
          </Primary>
          <Secondary id="activate" onClick={() => void begin(app, 'bank')}>
            {t('app.welcome.activate')}
          </Secondary>
          <TermsLine />
        </>
      }
    >
      <Languages />
      <p class="lead">{t('app.offered.lead')}</p>
      <dl class="card" data-testid="offered">
        <div>
          <dt>{t('app.number.label')}</dt>
          <dd>{unbroken(`+${callingCode(state.country)} ${state.typed}`)}</dd>
        </div>
        <div>
          <dt>{t('app.token.label')}</dt>
          <dd class="code">{state.token}</dd>
        </div>
      </dl>
      <p class="note care">{t('app.offered.yours')}</p>
      <Trouble />
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
