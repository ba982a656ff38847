// Boxes that look like several and are one field, so that filling in, pasting and screen readers work.
import { useEffect, useRef } from 'preact/hooks'
import { useUi } from './context.ts'

interface BoxesProps {
  id: string
  label: string
  hint?: string
  length: number
  value: string
  onValue: (value: string) => void
  /** From an SMS: the phone may fill it in. */
  oneTime?: boolean
  focus?: boolean
  /** What counts of the text that was typed, filled in or pasted. */
  read: (text: string) => string
  /** Letters: nothing may correct them, and the screen keyboard must show them. */
  letters?: boolean
}

type DigitsProps = Omit<BoxesProps, 'read' | 'letters'>

export const Digits = (props: DigitsProps) => <Boxes {...props} read={(text) => text.replace(/\D/g, '')} />

export function Boxes({ id, label, hint, length, value, onValue, oneTime = false, focus = false, read, letters = false }: BoxesProps) {
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
          {boxes.map((sign, at) => (
            <span key={at} class={at === Math.min(value.length, length - 1) ? 'box at' : 'box'}>
              {sign}
            </span>
          ))}
        </div>
        <input
          ref={field}
          id={id}
          data-testid={id}
          type="text"
          inputMode={letters ? 'text' : 'numeric'}
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          autocomplete={oneTime ? 'one-time-code' : 'off'}
          value={value}
          aria-describedby={hint ? `${id}-hint trouble` : 'trouble'}
          aria-invalid={state.problem !== null}
          onInput={(event) => {
            const kept = read(event.currentTarget.value).slice(0, length)
            event.currentTarget.value = kept
            onValue(kept)
          }}
        />
      </div>
    </div>
  )
}
