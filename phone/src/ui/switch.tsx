import type { ComponentChildren } from 'preact'
import { useUi } from './context.ts'

export interface SwitchProps {
  id: string
  name: ComponentChildren
  under: ComponentChildren
  on: boolean
  disabled?: boolean
  onClick: () => void
}

/** A row that is on or off, and says which. */
export function Switch({ id, name, under, on, disabled = false, onClick }: SwitchProps) {
  const { state, t } = useUi()
  return (
    <button type="button" class="row" role="switch" aria-checked={on} aria-disabled={disabled || state.busy} data-off={disabled || undefined} data-testid={`switch-${id}`} onClick={disabled ? undefined : onClick}>
      <span>
        <strong>{name}</strong>
        <span class="under">{under}</span>
      </span>
      <Track word={on ? t('app.on') : t('app.off')} />
    </button>
  )
}

export function Track({ word }: { word: string }) {
  return (
    <span class="switch" aria-hidden="true">
      <span class="track" />
      {word}
    </span>
  )
}
