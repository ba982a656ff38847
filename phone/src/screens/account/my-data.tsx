// What is known of the person: each fact with where it came from and when, and what of it they may change.
import type { Fact, MyData as Data, Source } from '../../account-contract.ts'
import { loadData, takeEverything } from '../../journeys/account/my.ts'
import { switchBiometrics } from '../../journeys/biometrics.ts'
import { toggle } from '../../journeys/settings.ts'
import { LANGUAGE_NAMES, type Key, type Say } from '../../texts/index.ts'
import { unbroken, useNow, useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { Page, Secondary } from '../../ui/page.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { claimWords, Coming, DoneLine, isLimited, LimitedLine, moment, Row, useGo, useLoad } from './parts.tsx'

export function MyData() {
  const { app, state, t } = useUi()
  const { data } = state.account
  const load = () => loadData(app)
  useLoad(data === null, load)
  return (
    <Page name="my-data" title={t('app.my_data.title')} help="app.help.my_data">
      <DoneLine />
      <LimitedLine />
      <Trouble />
      <Changes />
      <Switches />
      {data ? <Known data={data} /> : <Coming here={false} again={() => void load()} />}
      <Secondary id="export" onClick={() => void takeEverything(app)}>
        <Icon name="down" /> {t('app.my_data.export')}
      </Secondary>
    </Page>
  )
}

/** What the person may change, each with its own approval. */
function Changes() {
  const { state, t } = useUi()
  const go = useGo()
  const { home } = state
  const off = isLimited(home?.limited, useNow())
  return (
    <ul class="rows">
      <li>
        <Row id="change-number" icon="phone" name={t('app.my_data.number')} under={<span data-testid="my-number">{unbroken(home?.number)}</span>} disabled={off} onClick={() => go('number-new')} />
      </li>
      <li>
        <Row id="change-email" icon="mail" name={t('app.my_data.email')} under={<span data-testid="my-email">{home?.email ?? t('app.my_data.no_email')}</span>} disabled={off} onClick={() => go('email-new')} />
      </li>
      <li>
        <Row id="change-code" icon="lock" name={t('app.my_data.code')} under={t('app.my_data.code_under')} disabled={off} onClick={() => go('code-new')} />
      </li>
      <li>
        <Row id="change-language" icon="globe" name={t('app.menu.language')} under={LANGUAGE_NAMES[state.lang]} onClick={() => go('language', true)} />
      </li>
    </ul>
  )
}

function Switches() {
  const { app, state, t } = useUi()
  const { home } = state
  const bio = Boolean(home?.biometric)
  return (
    <>
      <h2 class="small">{t('app.my_data.choices')}</h2>
      <div class="rows">
        <Switch id="biometrics" name={t('app.my_data.biometrics')} under={t('app.my_data.biometrics_under')} on={bio} disabled={isLimited(home?.limited, useNow())} onClick={() => void switchBiometrics(app, !bio)} />
        <Switch id="notifications" name={t('app.my_data.notifications')} under={t('app.my_data.notifications_under')} on={home?.settings.notifications ?? false} onClick={() => void toggle(app, 'notifications')} />
        <Switch id="sharing" name={t('app.my_data.sharing')} under={t('app.my_data.sharing_under')} on={home?.settings.sharing ?? false} onClick={() => void toggle(app, 'sharing')} />
      </div>
    </>
  )
}

const SOURCES: Record<Source, Key> = { bank: 'app.my_data.from_bank', eid: 'app.my_data.from_eid', you: 'app.my_data.from_you' }
const METHODS: Record<string, Key> = { bank: 'app.my_data.from_bank', eid: 'app.my_data.from_eid', old_phone: 'app.my_data.from_old_phone' }

function Known({ data }: { data: Data }) {
  const { state, t } = useUi()
  const { proof, phone, account, photo } = data
  const method = METHODS[proof.method]
  return (
    <>
      <h2 class="small">{t('app.my_data.known')}</h2>
      <section class="card" data-testid="facts">
        {photo && <img class="photo" data-testid="photo" src={jpeg(photo)} alt={t('app.my_data.photo')} />}
        <dl>
          {data.facts.map((fact, at) => (
            <div key={at} data-claim={fact.claim}>
              <dt>{claimWords(t, fact.claim)}</dt>
              <dd>{valueOf(t, state.lang, fact)}</dd>
              <dd class="soft">{t('app.my_data.from', { source: t(SOURCES[fact.source] ?? 'app.my_data.from_you'), when: moment(state.lang, fact.at, 'day') })}</dd>
            </div>
          ))}
        </dl>
      </section>
      <h2 class="small">{t('app.my_data.proven')}</h2>
      <section class="card">
        <dl>
          <div>
            <dt>{t('app.my_data.proof')}</dt>
            <dd>{[method && t(method), proof.source].filter(Boolean).join(' · ')}</dd>
            <dd class="soft">
              {proof.document && `${proof.document} · `}
              {moment(state.lang, proof.at, 'day')}
            </dd>
          </div>
          <div>
            <dt>{t('app.my_data.phone')}</dt>
            <dd>{phone.name}</dd>
            <dd class="soft">{t('app.my_data.since', { when: moment(state.lang, phone.since, 'day') })}</dd>
          </div>
          <div>
            <dt>{t('app.my_data.account')}</dt>
            <dd>{t('app.my_data.since', { when: moment(state.lang, account.since, 'day') })}</dd>
          </div>
        </dl>
      </section>
    </>
  )
}

/** A picture of a card, as an address that needs no fetching. */
const jpeg = (photo: string): string => `data:image/jpeg;base64,${photo.replaceAll('-', '+').replaceAll('_', '/')}`

/** As a person writes it: dates in words, country codes as names. */
function valueOf(t: Say, lang: Parameters<typeof moment>[0], { claim, value }: Fact): string {
  if (claim === 'birthdate' && /^\d{4}-\d\d-\d\d$/.test(value)) return moment(lang, Date.parse(`${value}T12:00:00Z`) / 1000, 'day')
  const key = `claim.value.${value}` as Key
  const words = t(key)
  return words === key ? value : words
}
