// Every request ever made to this person, also the refused and the expired ones, with the evidence to take along.
import type { Entry, StateFilter } from '../../account-contract.ts'
import { loadEvents, loadMyHistory, loadOlder, loadPartners, openEntry, takeEvidence } from '../../journeys/account/my.ts'
import type { Key } from '../../texts/index.ts'
import { lookOf } from '../approval/kinds.ts'
import { useUi } from '../../ui/context.ts'
import { Icon, type IconName } from '../../ui/icons.tsx'
import { Page, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { claimWords, Coming, DoneLine, moment, Row, useGo, useLoad } from './parts.tsx'

const STATES: Record<Entry['state'], { word: Key; icon: IconName; tone: string }> = {
  approved: { word: 'app.my_history.approved', icon: 'check', tone: 'good' },
  refused: { word: 'app.my_history.refused', icon: 'cross', tone: 'care' },
  reported: { word: 'app.my_history.reported', icon: 'warn', tone: 'stop' },
  expired: { word: 'app.my_history.expired', icon: 'clock', tone: 'care' },
  stopped: { word: 'app.my_history.stopped', icon: 'cross', tone: 'care' },
  waiting: { word: 'app.my_history.waiting', icon: 'clock', tone: 'care' },
}
const FILTERS: Exclude<StateFilter, null>[] = ['approved', 'refused', 'reported', 'expired', 'stopped']

export function MyHistory() {
  const { app, state, t } = useUi()
  const go = useGo()
  const { history } = state.account
  useLoad(history === null && !state.busy, () => loadMyHistory(app))
  return (
    <Page name="my-history" title={t('app.my_history.title')} help="app.help.my_history">
      <p class="lead">{t('app.my_history.lead')}</p>
      <Filters />
      <Trouble />
      {history && history.entries.length === 0 && !state.busy && <p class="note">{t('app.my_history.none')}</p>}
      <ul class="rows">
        {history?.entries.map((entry) => (
          <li key={entry.rid}>
            <EntryRow entry={entry} />
          </li>
        ))}
      </ul>
      {history?.next ? (
        <Secondary id="older" onClick={() => void loadOlder(app)}>
          {t('app.my_history.older')}
        </Secondary>
      ) : (
        <Coming here={history !== null && !(state.busy && history.entries.length === 0)} again={() => void loadMyHistory(app)} />
      )}
      <ul class="rows tight">
        <li>
          <Row id="events" icon="info" name={t('app.events.title')} onClick={() => go('events')} />
        </li>
        <li>
          <Row id="receipts" icon="lock" name={t('app.receipts.title')} onClick={() => go('receipts')} />
        </li>
      </ul>
    </Page>
  )
}

function Filters() {
  const { app, state, t } = useUi()
  const { history, partners } = state.account
  useLoad(partners === null, () => loadPartners(app))
  return (
    <div class="filters">
      <div class="field">
        <label for="by-state">{t('app.my_history.by_state')}</label>
        <select id="by-state" class="select" data-testid="by-state" value={history?.state ?? ''} onChange={(event) => void loadMyHistory(app, (event.currentTarget.value || null) as StateFilter, history?.partner)}>
          <option value="">{t('app.my_history.all')}</option>
          {FILTERS.map((one) => (
            <option key={one} value={one}>
              {t(STATES[one].word)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="by-partner">{t('app.my_history.by_partner')}</label>
        <select id="by-partner" class="select" data-testid="by-partner" value={history?.partner ?? ''} onChange={(event) => void loadMyHistory(app, history?.state, event.currentTarget.value || null)}>
          <option value="">{t('app.my_history.all')}</option>
          {partners?.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
    </div>
  )
}

function EntryRow({ entry }: { entry: Entry }) {
  const { app, state, t } = useUi()
  const { word, icon, tone } = STATES[entry.state]
  return (
    <button type="button" class="row" data-testid="entry" data-state={entry.state} data-kind={entry.kind} data-rid={entry.rid} onClick={() => openEntry(app, entry.rid)}>
      <span class="with-icon">
        <Icon name={lookOf(entry.kind).icon} />
        <span>
          <strong>{entry.partner.name}</strong>
          <span class="under">
            {entry.title} · {moment(state.lang, entry.at)}
          </span>
        </span>
      </span>
      <span class={`result ${tone}`}>
        <Icon name={icon} size={20} /> {t(word)}
      </span>
    </button>
  )
}

export function HistoryEntry() {
  const { app, state, t } = useUi()
  const entry = state.account.history?.entries.find((one) => one.rid === state.account.entry)
  if (!entry) return null
  const { word, icon, tone } = STATES[entry.state]
  const facts: [Key, string | null][] = [
    ['app.entry.kind', t(lookOf(entry.kind).word)],
    ['app.entry.service', entry.partner.name],
    ['app.entry.asked_at', moment(state.lang, entry.at, 'full')],
    ['app.entry.decided_at', entry.decided ? moment(state.lang, entry.decided, 'full') : null],
    ['app.entry.place', entry.place],
    ['app.entry.browser', entry.browser],
  ]
  return (
    <Page
      name="history-entry"
      title={entry.title}
      help="app.help.history_entry"
      actions={
        entry.evidence && (
          <Secondary id="evidence" onClick={() => void takeEvidence(app, entry.rid)}>
            <Icon name="down" /> {t('app.entry.evidence')}
          </Secondary>
        )
      }
    >
      <p class={`result ${tone}`}>
        <Icon name={icon} size={20} /> {t(word)}
      </p>
      <DoneLine />
      <Trouble />
      <section class="card">
        <dl>
          {facts.map(
            ([name, value]) =>
              value && (
                <div key={name}>
                  <dt>{t(name)}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
      </section>
      {entry.claims.length > 0 && (
        <section class="card">
          <h2>{t(entry.state === 'approved' ? 'app.entry.shared' : 'app.entry.asked')}</h2>
          <ul>
            {entry.claims.map((claim) => (
              <li key={claim}>{claimWords(t, claim)}</li>
            ))}
          </ul>
        </section>
      )}
      <p class="soft">{t(entry.evidence ? 'app.entry.evidence_what' : 'app.entry.no_evidence')}</p>
    </Page>
  )
}

const EVENTS: Record<string, Key> = {
  activated: 'app.events.activated', reactivated: 'app.events.reactivated', still_mine: 'app.events.still_mine', number_lost: 'app.events.number_lost', withdrawn: 'app.events.withdrawn', exported: 'app.events.exported',
  blocked: 'app.events.blocked', number: 'app.events.number', email: 'app.events.email', code: 'app.events.code', biometrics_on: 'app.events.biometrics_on',
  biometrics_off: 'app.events.biometrics_off', vouched: 'app.events.vouched', closed: 'app.events.closed', looked: 'app.events.looked', released: 'app.events.released', held: 'app.events.held', stopped: 'app.events.stopped',
}

export function Events() {
  const { app, state, t } = useUi()
  const { events } = state.account
  const load = () => loadEvents(app)
  useLoad(events === null, load)
  return (
    <Page name="events" title={t('app.events.title')} help="app.help.events">
      <p class="lead">{t('app.events.lead')}</p>
      <Trouble />
      <Coming here={events !== null} again={() => void load()} />
      {events?.length === 0 && <p class="note">{t('app.events.none')}</p>}
      <ul class="rows">
        {events?.map((event, at) => {
          const word = EVENTS[event.what]
          return (
            <li key={at} class="row still" data-testid="event" data-what={event.what}>
              <span>
                <strong>{word ? t(word) : event.what}</strong>
                <span class="under">
                  {event.detail && `${event.detail} · `}
                  {moment(state.lang, event.at)}
                </span>
              </span>
            </li>
          )
        })}
      </ul>
    </Page>
  )
}
