import { useEffect } from 'preact/hooks'
import { openRequest } from '../journeys/approve.ts'
import { lookHome } from '../journeys/boot.ts'
import { loadHistory } from '../journeys/settings.ts'
import type { Waiting } from '../state.ts'
import { Clock, moment } from '../ui/clock.tsx'
import { useNow, useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { lookOf } from './approval/kinds.ts'
import { amountOf } from './approval/payment.tsx'
import { CarefulLine, DoneLine, Row, useGo } from './account/parts.tsx'
import { Entries } from './receipts.tsx'
import { Suggestions } from './suggestions.tsx'

export function Home() {
  const { app, state, t } = useUi()
  const { waiting } = state
  useEffect(() => {
    void loadHistory(app)
    void lookHome(app)
  }, [app])
  return (
    <Page name="home" title={t('app.home.hello', { name: state.home?.first_name ?? '' })} help="app.help.home" back={false} menu>
      <span class="unseen" data-testid="first-name" aria-hidden="true">
        {state.home?.first_name}
      </span>
      <p class="unseen" role="status">
        {waiting.length > 0 ? t('app.home.waiting') : ''}
      </p>
      <Trouble />
      <Greeting />
      <Coming />
      <DoneLine />
      <CarefulLine />
      <NumberLost />
      <ClockWrong />
      <Limited />
      {waiting.length > 0 ? (
        <section>
          <h2>{t('app.home.waiting')}</h2>
          {waiting.map((one) => (
            <RequestCard key={one.request.rid} waiting={one} />
          ))}
        </section>
      ) : (
        <section class="card calm">
          <Icon name="shield" size={44} />
          <div>
            <h2>{t('app.home.quiet')}</h2>
            <p class="soft">{t('app.home.quiet_lead')}</p>
          </div>
        </section>
      )}
      <Scan />
      <Suggestions />
      {state.history.length > 0 && (
        <section>
          <h2 class="small">{t('app.home.recent')}</h2>
          <Entries entries={state.history.slice(0, 3)} />
        </section>
      )}
      <Shortcuts />
      <div class="note">
        <Icon name="info" size={20} />
        <p>{t('app.home.never')}</p>
      </div>
    </Page>
  )
}

/** A service has just found out whom to ask. */
function Coming() {
  const { state, t } = useUi()
  if (state.expects <= useNow()) return null
  return (
    <div class="note good" role="status" data-testid="coming">
      <Icon name="clock" size={20} />
      <p>{t('app.scan.coming')}</p>
    </div>
  )
}

/** A code stands on another screen: this phone takes its request. */
function Scan() {
  const { state, t } = useUi()
  const go = useGo()
  const Button = state.waiting.length > 0 ? Secondary : Primary
  return (
    <Button id="home-scan" onClick={() => go('scan')}>
      <Icon name="camera" /> {t('app.scan.start')}
    </Button>
  )
}

/** An hour is no slip of seconds any more. */
const MUCH_SECONDS = 3600

/** Nothing depends on this phone's clock, but the times beside our words would look strange. */
function ClockWrong() {
  const { state, t } = useUi()
  if (Math.abs(state.skew) < MUCH_SECONDS) return null
  return (
    <div class="note" data-testid="clock-wrong">
      <Icon name="info" size={20} />
      <p>{t('app.clock.wrong')}</p>
    </div>
  )
}

/** What people come for in a hurry stands here, without a menu before it. */
function Shortcuts() {
  const { t } = useUi()
  const go = useGo()
  return (
    <ul class="rows tight">
      <li>
        <Row id="home-safety" icon="shield" name={t('app.menu.safety')} onClick={() => go('safety', true)} />
      </li>
      <li>
        <Row id="home-new-phone" icon="phone" name={t('app.menu.new_phone')} onClick={() => go('new-phone', true)} />
      </li>
    </ul>
  )
}

/** The first time: it is done, and what to remember. */
function Greeting() {
  const { state, t } = useUi()
  if (!state.greeting) return null
  return (
    <div class="note good" role="status" data-testid="done">
      <Icon name="check" size={20} />
      <div class="stack">
        <h2>{t('app.done.title', { name: state.home?.first_name ?? '' })}</h2>
        <p>{t('app.done.lead')}</p>
        <p class="soft">{t('app.done.install')}</p>
      </div>
    </div>
  )
}

/** For a day after the account moved here without the old phone's word: what works, until when, and why. */
function Limited() {
  const { state, t } = useUi()
  const until = state.home?.limited ?? 0
  if (until <= useNow()) return null
  const when = moment(state.lang, until)
  return (
    <div class="note care" data-testid="limited">
      <Icon name="clock" size={20} />
      <div class="stack">
        <h2>{t('app.limited.title')}</h2>
        <p>{t('app.limited.until', { when })}</p>
        <p class="soft">{t('app.limited.why')}</p>
      </div>
    </div>
  )
}

/** Somebody else has proven the number since: messages need another one. */
function NumberLost() {
  const { state, t } = useUi()
  const go = useGo()
  if (!state.home?.number_lost) return null
  return (
    <div class="note care" data-testid="number-lost">
      <Icon name="phone" size={20} />
      <div class="stack">
        <h2>{t('app.number_lost.title')}</h2>
        <p>{t('app.number_lost.lead')}</p>
        <Row id="number-lost-new" name={t('app.number_lost.choose')} onClick={() => go('number-new', true)} />
      </div>
    </div>
  )
}

function RequestCard({ waiting: { request } }: { waiting: Waiting }) {
  const { app, t } = useUi()
  return (
    <button type="button" class="request" data-testid="request" data-rid={request.rid} onClick={() => void openRequest(app, request.rid)}>
      <Icon name={lookOf(request.kind).icon} size={32} />
      <span class="grow">
        <strong>{request.title}</strong>
        <span>{request.rp.name}</span>
        {request.kind === 'payment' && <span class="figures">{amountOf(request)}</span>}
        <Clock until={request.exp} />
      </span>
      <span class="go">
        {t('app.home.look')} <Icon name="next" />
      </span>
    </button>
  )
}
