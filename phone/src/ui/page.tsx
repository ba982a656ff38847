// The frame of every screen: back, help, progress in words, one question, and the answer at the bottom.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ScreenName, Way } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { useUi } from './context.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

const STEPS = {
  bank: ['number', 'email', 'bank', 'sms', 'code'],
  again: ['number', 'bank', 'sms', 'code'],
  eid: ['token', 'sms', 'code'],
} as const satisfies Record<Way, readonly string[]>

type StepName = (typeof STEPS)[Way][number]

const STEP_WORDS: Record<StepName, Key> = {
  number: 'app.step.number', email: 'app.step.email', bank: 'app.step.bank', token: 'app.step.token', sms: 'app.step.sms', code: 'app.step.code',
}

interface PageProps {
  name: ScreenName
  title: string
  /** What Help says about this screen. */
  help: Key
  /** Where we are, on the bar and in words. */
  step?: StepName
  back?: boolean
  /** Menu in place of Back (home). */
  menu?: boolean
  /** What stays at the bottom: the answer. */
  actions?: ComponentChildren
  /** A calm or a serious screen. */
  tone?: 'care' | 'stop' | 'good'
  children?: ComponentChildren
}

export function Page({ name, title, help, step, back = true, menu = false, actions, tone, children }: PageProps) {
  const { app, state, t } = useUi()
  const heading = useRef<HTMLHeadingElement>(null)
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    document.title = `${title} – zelf`
  }, [title])
  useEffect(() => {
    setAsking(false)
    window.scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [name])
  return (
    <div class="page">
      <header>
        <div class="bar">
        {back ? (
          <button type="button" class="quiet" data-testid="back" onClick={() => app.dispatch({ type: 'back' })}>
            <Icon name="back" /> {t('app.back')}
          </button>
        ) : (
          <span class="wordmark">zelf{state.world?.test_world && <span class="chip">{t('app.test_world')}</span>}</span>
        )}
        <span class="spring" />
        <button type="button" class="quiet" data-testid="help" onClick={() => setAsking(true)}>
          <Icon name="help" /> {t('app.help')}
        </button>
        {menu && (
          <button type="button" class="quiet" data-testid="menu" onClick={() => app.dispatch({ type: 'side', side: 'menu' })}>
            <Icon name="menu" /> {t('app.menu.title')}
          </button>
        )}
        </div>
        {step && <Progress step={step} />}
      </header>
      <main data-screen={name} data-tone={tone} class="main">
        {!state.online && name !== 'broken' && (
          <p class="note care" role="status" data-testid="offline">
            <Icon name="warn" /> {t('app.offline')}
          </p>
        )}
        <h1 ref={heading} tabIndex={-1}>
          <Unbroken text={title} />
        </h1>
        {children}
      </main>
      {actions && <footer class="actions">{actions}</footer>}
      {asking && (
        <Dialog title={t('app.help')} close={t('app.close')} onClose={() => setAsking(false)}>
          <p>{t(help)}</p>
          <p class="soft">{t('app.help.always')}</p>
        </Dialog>
      )}
    </div>
  )
}

/** A word with a hyphen, such as zelf-code, stays on one line. */
function Unbroken({ text }: { text: string }) {
  return <>{text.split(/(\S+-\S+)/).map((part, at) => (at % 2 ? <span key={at} class="whole">{part}</span> : part))}</>
}

function Progress({ step }: { step: StepName }) {
  const { state, t } = useUi()
  const steps: readonly StepName[] = STEPS[state.way]
  const at = steps.indexOf(step) + 1
  if (at === 0) return null
  const words = t('app.progress', { at, of: steps.length, what: t(STEP_WORDS[step]) })
  return (
    <div class="progress">
      <p id="progress">{words}</p>
      <progress max={steps.length} value={at} aria-labelledby="progress" />
    </div>
  )
}

/** The one thing to do: says what it does. */
export function Primary({ id, onClick, children, disabled = false, submit = false }: { id: string; onClick?: () => void; children: ComponentChildren; disabled?: boolean; submit?: boolean }) {
  const { state, t } = useUi()
  const busy = state.busy
  return (
    <button type={submit ? 'submit' : 'button'} class="primary" data-testid={id} disabled={disabled} aria-disabled={busy} onClick={busy ? undefined : onClick}>
      {busy ? t('app.busy') : children}
    </button>
  )
}

export function Secondary({ id, onClick, children, tone, disabled = false }: { id: string; onClick: () => void; children: ComponentChildren; tone?: 'stop'; disabled?: boolean }) {
  const { state } = useUi()
  return (
    <button type="button" class={tone ? `secondary ${tone}` : 'secondary'} data-testid={id} disabled={disabled} aria-disabled={state.busy} onClick={state.busy ? undefined : onClick}>
      {children}
    </button>
  )
}

/** A drawing beside the words: an icon in a soft round. */
export function Picture({ name, tone = 'own' }: { name: Parameters<typeof Icon>[0]['name']; tone?: 'own' | 'care' | 'stop' | 'good' }) {
  return (
    <div class={`picture ${tone}`}>
      <Icon name={name} size={44} />
    </div>
  )
}
