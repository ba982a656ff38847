// What the account's screens share: a word about what was just done, a limit, a moment in words, one row that leads on.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Done } from '../../account-state.ts'
import type { Lang } from '../../contract.ts'
import { careful } from '../../journeys/safety.ts'
import type { Side } from '../../state.ts'
import type { Key, Say } from '../../texts/index.ts'
import { useNow, useUi } from '../../ui/context.ts'
import { Icon, type IconName } from '../../ui/icons.tsx'

/** "zondag 22 november 2026, 14:05"; `day` leaves the time out, `short` the weekday. */
export function moment(lang: Lang, seconds: number, how: 'full' | 'short' | 'day' = 'short'): string {
  const day = { day: 'numeric', month: how === 'short' ? 'short' : 'long', year: 'numeric' } as const
  const time = how === 'day' ? {} : ({ hour: '2-digit', minute: '2-digit' } as const)
  const week = how === 'full' ? ({ weekday: 'long' } as const) : {}
  return new Intl.DateTimeFormat(`${lang}-BE`, { ...week, ...day, ...time }).format(new Date(seconds * 1000))
}

/** The words of a claim, or its name where there are none. */
export function claimWords(t: Say, claim: string): string {
  const key = `claim.${claim.split(':').at(-1) ?? claim}` as Key
  const words = t(key)
  return words === key ? claim : words
}

const DONE: Record<Done, Key> = {
  number: 'app.done_line.number', email: 'app.done_line.email', biometrics: 'app.done_line.biometrics', code: 'app.done_line.code', 'new-phone': 'app.done_line.new_phone',
  close: 'app.done_line.close', refused: 'app.done_line.refused', withdrawn: 'app.done_line.withdrawn', muted: 'app.done_line.muted', exported: 'app.done_line.exported', copied: 'app.done_line.copied',
}

/** Said in place once something is done. */
export function DoneLine() {
  const { state, t } = useUi()
  const { done } = state.account
  return (
    <div role="status" class={done ? 'note good' : 'unseen'} data-testid="done-line" data-done={done}>
      {done && (
        <>
          <Icon name={done === 'refused' ? 'cross' : 'check'} size={20} />
          <p>{t(DONE[done])}</p>
        </>
      )}
    </div>
  )
}

export const isLimited = (until: number | undefined, now: number): boolean => (until ?? 0) > now

/** While limited, nothing of the account changes: why, and until when. */
export function LimitedLine() {
  const { state, t } = useUi()
  const until = state.home?.limited
  if (!isLimited(until, useNow())) return null
  return (
    <div class="note care" data-testid="limited">
      <Icon name="clock" size={20} />
      <div class="stack">
        <p>
          <strong>{t('app.limited.changes')}</strong>
        </p>
        <p>{t('app.limited.changes_until', { when: moment(state.lang, until ?? 0, 'full') })}</p>
      </div>
    </div>
  )
}

/** Somebody is on the phone with the person: said wherever it matters. */
export function CarefulLine() {
  const { app, state, t } = useUi()
  const until = state.home?.careful ?? 0
  if (until <= useNow()) return null
  return (
    <div class="note stop" data-testid="careful">
      <Icon name="warn" size={20} />
      <div class="stack">
        <p>
          <strong>{t('app.careful.banner')}</strong>
        </p>
        <p>{t('app.careful.hang_up')}</p>
        <button type="button" class="link" data-testid="careful-off" onClick={() => void careful(app, false)}>
          {t('app.careful.over')}
        </button>
      </div>
    </div>
  )
}

export interface RowProps {
  id: string
  icon?: IconName
  name: ComponentChildren
  under?: ComponentChildren
  onClick: () => void
  disabled?: boolean
}

/** A row that leads on. */
export function Row({ id, icon, name, under, onClick, disabled = false }: RowProps) {
  return (
    <button type="button" class="row" data-testid={id} aria-disabled={disabled} data-off={disabled || undefined} onClick={disabled ? undefined : onClick}>
      <span class="with-icon">
        {icon && <Icon name={icon} />}
        <span>
          {under ? <strong>{name}</strong> : name}
          {under && <span class="under">{under}</span>}
        </span>
      </span>
      {!disabled && <Icon name="next" />}
    </button>
  )
}

/** Leads to another screen behind the menu. */
export function useGo(): (to: Side, direct?: boolean) => void {
  const { app } = useUi()
  return (to, direct = false) => app.dispatch({ type: 'side', side: to, direct })
}

/** Fetches what the screen shows; after a failure the person decides. */
export function useLoad(missing: boolean, load: () => Promise<void>): void {
  const { state } = useUi()
  const running = useRef(false)
  const wanted = missing && !state.problem
  useEffect(() => {
    if (!wanted || running.current) return
    running.current = true
    void load().finally(() => (running.current = false))
  }, [wanted])
}

/** While something is on its way, or did not come. */
export function Coming({ here, again }: { here: boolean; again: () => void }) {
  const { state, t } = useUi()
  if (here) return null
  if (!state.problem) return <p class="soft">{t('app.busy')}</p>
  return (
    <button type="button" class="secondary" data-testid="again" onClick={again}>
      {t('app.again')}
    </button>
  )
}
