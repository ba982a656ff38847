// Boxes that look like several and are one field, so that filling in, pasting and screen readers work.
import { useEffect, useRef } from 'preact/hooks'
import { useUi } from './context.ts'

interface DigitsProps {
  id: string
  label: string
  hint?: string
  length: number
  value: string
  onValue: (value: string) => void
  /** From an SMS: the phone may fill it in. */
  oneTime?: boolean
  focus?: boolean
}

export function Digits({ id, label, hint, length, value, onValue, oneTime = false, focus = false }: DigitsProps) {
  const { state } = useUi()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focus) field.current?.focus({ preventScroll: true })
  }, [])
  const boxes = Array.from({ length }, (_, at) => value[at] ?? '')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div class={`digits of-${length}`}>
        <div class="boxes" aria-hidden="true">
          {boxes.map((digit, at) => (
            <span key={at} class={at === Math.min(value.length, length - 1) ? 'box at' : 'box'}>
              {digit}
            </span>
          ))}
        </div>
        <input
          ref={field}
          id={id}
          data-testid={id}
          type="text"
          inputMode="numeric"
          autocomplete={oneTime ? 'one-time-code' : 'off'}
          value={value}
          aria-describedby={hint ? `${id}-hint trouble` : 'trouble'}
          aria-invalid={state.problem !== null}
          onInput={(event) => {
            const digits = event.currentTarget.value.replace(/\D/g, '').slice(0, length)
            event.currentTarget.value = digits
            onValue(digits)
          }}
        />
      </div>
    </div>
  )
}
