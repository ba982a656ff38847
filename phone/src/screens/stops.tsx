// Screens where the way ends or waits: each says what happened and what to do next.
import { useEffect } from 'preact/hooks'
import { again, cancel, look } from '../journeys/activate.ts'
import { reactivate } from '../journeys/again.ts'
import { HELP_BROKEN, HELP_REFUSAL, sitePage } from '../help.ts'
import type { RefusalCode } from '../contract.ts'
import type { State } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { BigClock, moment } from '../ui/clock.tsx'
import { useNow, useUi } from '../ui/context.ts'
import { HelpLink } from '../ui/help-link.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { TermsLine } from './terms.tsx'

const REFUSALS: Record<RefusalCode, { title: Key; happened: Key; next: Key }> = {
  bank_refused: { title: 'app.refusal.bank_refused.title', happened: 'app.refusal.bank_refused.happened', next: 'app.refusal.bank_refused.next' },
  bank_data_outdated: { title: 'app.refusal.bank_data_outdated.title', happened: 'app.refusal.bank_data_outdated.happened', next: 'app.refusal.bank_data_outdated.next' },
  too_young: { title: 'app.refusal.too_young.title', happened: 'app.refusal.too_young.happened', next: 'app.refusal.too_young.next' },
  sms_exhausted: { title: 'app.refusal.sms_exhausted.title', happened: 'app.refusal.sms_exhausted.happened', next: 'app.refusal.sms_exhausted.next' },
  number_taken: { title: 'app.refusal.number_taken.title', happened: 'app.refusal.number_taken.happened', next: 'app.refusal.number_taken.next' },
  return_exhausted: { title: 'app.refusal.return_exhausted.title', happened: 'app.refusal.return_exhausted.happened', next: 'app.refusal.return_exhausted.next' },
  token_exhausted: { title: 'app.refusal.token_exhausted.title', happened: 'app.refusal.token_exhausted.happened', next: 'app.refusal.token_exhausted.next' },
  stopped: { title: 'app.refusal.stopped.title', happened: 'app.refusal.stopped.happened', next: 'app.refusal.stopped.next' },
  held: { title: 'app.refusal.held.title', happened: 'app.refusal.held.happened', next: 'app.refusal.held.next' },
  stopped_card: { title: 'app.refusal.stopped_card.title', happened: 'app.refusal.stopped_card.happened', next: 'app.refusal.stopped_card.next' },
  wait: { title: 'app.wait.title', happened: 'app.wait.lead', next: 'app.wait.why' },
}

/** Another number may be tried at once; the one that is taken, once its holder has answered. */
const WAITS_NOT: ReadonlySet<RefusalCode> = new Set(['number_taken'])

export function RefusedScreen() {
  const { app, state, t } = useUi()
  const now = useNow()
  const code = state.view?.refusal?.code ?? 'bank_refused'
  const words = REFUSALS[code]
  const until = state.view?.refusal?.until ?? 0
  const waits = until > now && !WAITS_NOT.has(code)
  const contact = sitePage(state, '/help/contact')
  return (
    <Page
      name="refused"
      title={t(words.title)}
      help="app.help.refused"
      back={false}
      tone="care"
      actions={
        code === 'held' && contact ? (
          <>
            <a class="primary" href={contact} target="_blank" rel="noopener noreferrer" data-testid="contact">
              {t('app.refusal.contact')}
            </a>
            <Secondary id="again" onClick={() => void again(app)}>
              {t('app.refusal.again')}
            </Secondary>
          </>
        ) : (
          <Primary id="again" disabled={waits} onClick={() => void again(app)}>
            {t('app.refusal.again')}
          </Primary>
        )
      }
    >
      <div class="stack" data-testid="refusal" data-refusal={code}>
        <p class="lead">{t(words.happened)}</p>
        <p>{t(words.next)}</p>
        {code === 'number_taken' && until > now && <p data-testid="until">{t('app.refusal.number_taken.until', { when: moment(state.lang, until) })}</p>}
      </div>
      {code === 'stopped_card' && contact && (
        <p>
          <a href={contact} target="_blank" rel="noopener noreferrer" data-testid="contact">
            {t('app.refusal.contact')}
          </a>
        </p>
      )}
      {waits && (
        <section class="card centre">
          <p>{t('app.refusal.wait')}</p>
          <BigClock until={until} />
        </section>
      )}
      <HelpLink about={HELP_REFUSAL[code]} />
      <Trouble />
    </Page>
  )
}

/** The wait after a failed attempt: a clock that the server keeps. */
export function Wait() {
  const { app, state, t } = useUi()
  const now = useNow()
  const until = state.wait?.until ?? state.view?.refusal?.until ?? 0
  const over = until <= now
  const go = () => {
    if (state.view?.step === 'refused') return void again(app)
    app.dispatch({ type: 'wait', until: null })
    void look(app)
  }
  return (
    <Page
      name="wait"
      title={over ? t('app.wait.over') : t('app.wait.title')}
      help="app.help.wait"
      back={false}
      tone="care"
      actions={
        <Primary id="again" disabled={!over} onClick={go}>
          {t('app.wait.again')}
        </Primary>
      }
    >
      {over ? <p class="lead">{t('app.wait.over_lead')}</p> : <p class="lead">{t('app.wait.lead')}</p>}
      {!over && <BigClock until={until} />}
      {!over && <p class="soft">{t('app.wait.why')}</p>}
      {!over && <HelpLink about={HELP_REFUSAL.wait} />}
      <Trouble />
    </Page>
  )
}

export function Expired() {
  const { app, t } = useUi()
  return (
    <Page name="expired" title={t('app.expired.title')} help="app.help.refused" back={false} actions={<Primary id="again" onClick={() => void again(app)}>{t('app.refusal.again')}</Primary>}>
      <p class="lead">{t('app.expired.lead')}</p>
      <Trouble />
    </Page>
  )
}

/** Back where nothing can be undone: leave it, continue, or stop for good. */
export function Pause() {
  const { app, state, t } = useUi()
  return (
    <Page
      name="pause"
      title={t('app.pause.title')}
      help="app.help.pause"
      back={false}
      actions={
        <>
          <Primary id="resume" onClick={() => app.dispatch({ type: 'revisit', to: null })}>
            {t('app.pause.resume')}
          </Primary>
          <Secondary id="cancel" tone="stop" onClick={() => void cancel(app)}>
            {t('app.pause.cancel')}
          </Secondary>
        </>
      }
    >
      <p class="lead">{t('app.pause.lead')}</p>
      <p>{t(state.way === 'eid' ? 'app.pause.cancel_means_eid' : 'app.pause.cancel_means')}</p>
      <Trouble />
    </Page>
  )
}

type Broken = NonNullable<State['broken']>

const BROKEN: Record<Broken, { title: Key; lead: Key; next: Key }> = {
  no_storage: { title: 'app.broken.no_storage.title', lead: 'app.broken.no_storage.lead', next: 'app.broken.no_storage.next' },
  untrusted: { title: 'app.broken.untrusted.title', lead: 'app.broken.untrusted.lead', next: 'app.broken.untrusted.next' },
  keys_gone: { title: 'app.broken.keys_gone.title', lead: 'app.broken.keys_gone.lead', next: 'app.broken.keys_gone.next' },
  out_of_step: { title: 'app.broken.out_of_step.title', lead: 'app.broken.out_of_step.lead', next: 'app.broken.out_of_step.next' },
  no_connection: { title: 'app.broken.no_connection.title', lead: 'app.broken.no_connection.lead', next: 'app.broken.no_connection.next' },
}

export function BrokenScreen({ why }: { why: Broken }) {
  const { app, t } = useUi()
  const words = BROKEN[why]
  const reactivates = why === 'keys_gone' || why === 'out_of_step'
  const act = () => (reactivates ? void reactivate(app) : location.reload())
  return (
    <Page
      name="broken"
      title={t(words.title)}
      help="app.help.broken"
      back={false}
      tone="care"
      actions={
        <>
          <Primary id={reactivates ? 'reactivate' : 'reload'} onClick={act}>
            {reactivates ? t('app.reactivate') : t('app.reload')}
          </Primary>
          {reactivates && <TermsLine />}
        </>
      }
    >
      <div class="stack" data-testid="broken" data-broken={why}>
        <p class="lead">{t(words.lead)}</p>
        <p>{t(words.next)}</p>
      </div>
      <HelpLink about={HELP_BROKEN[why]} />
      <Trouble />
    </Page>
  )
}

export function Loading() {
  const { t } = useUi()
  useEffect(() => {
    document.title = 'zelf'
  }, [])
  return (
    <div class="page">
      <main class="main loading" data-screen="loading">
        <img src="/icon-192.png" alt="" width="72" height="72" />
        <p role="status">{t('app.loading')}</p>
      </main>
    </div>
  )
}
