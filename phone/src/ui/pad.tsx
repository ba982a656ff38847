// The code pad: our own big keys in phone order, rows of five dots, nothing that could be read over the shoulder or by a screen
// reader beyond the count. Keys of a keyboard work; pasting is refused.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useUi } from './context.ts'
import { Icon } from './icons.tsx'

export const CODE_LENGTH = 5
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9']

interface PadProps {
  label: string
  /** The digits so far, of all rows together. */
  code: string
  /** What counts of them, where that is less: a row that is refused is empty again. */
  onCode: (code: string) => string | void
  /** Enter on a keyboard, once every row is full. */
  onDone: (code: string) => void
  /** Names of the rows, where there is more than one. */
  rows?: readonly string[]
  disabled?: boolean
}

export function Pad({ label, code, onCode, onDone, rows, disabled = false }: PadProps) {
  const { app, state } = useUi()
  const [touched, setTouched] = useState(false)
  const most = CODE_LENGTH * (rows?.length ?? 1)
  const off = disabled || state.busy
  // Keys can come faster than the screen is drawn; the digits so far stand here.
  const typed = useRef(code)
  typed.current = code
  const change = (digits: string) => {
    typed.current = onCode(digits) ?? digits
  }
  const add = (digit: string) => {
    if (off || typed.current.length >= most) return
    setTouched(true)
    if (state.problem) app.dispatch({ type: 'problem', problem: null })
    change(typed.current + digit)
  }
  const erase = () => {
    setTouched(true)
    if (!off) change(typed.current.slice(0, -1))
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      if (/^[0-9]$/.test(event.key)) add(event.key)
      else if (event.key === 'Backspace') erase()
      else if (event.key === 'Enter' && typed.current.length === most && !(event.target instanceof HTMLButtonElement)) onDone(typed.current)
      else return
      event.preventDefault()
    }
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault()
      app.tell('code_paste')
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('paste', onPaste)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('paste', onPaste)
    }
  })
  return (
    <div class="pad" role="group" aria-label={label}>
      <Rows code={code} rows={rows ?? ['']} />
      <Count code={code} rows={rows ?? ['']} touched={touched} />
      <Keys off={off} onDigit={add} onErase={erase} />
    </div>
  )
}

function Rows({ code, rows }: { code: string; rows: readonly string[] }) {
  const at = Math.min(Math.floor(code.length / CODE_LENGTH), rows.length - 1)
  return (
    <div class={rows.length > 1 ? 'dot-rows' : undefined} aria-hidden="true">
      {rows.map((name, row) => (
        <div key={row} class={row === at ? 'dot-row at' : 'dot-row'}>
          {name && <span class="row-name">{name}</span>}
          <div class="dots">
            {Array.from({ length: CODE_LENGTH }, (_, dot) => (
              <span key={dot} class={row * CODE_LENGTH + dot < code.length ? 'dot full' : 'dot'} />
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}

/** What a screen reader hears: which row, and how many digits stand in it; a full row names the next. */
function Count({ code, rows, touched }: { code: string; rows: readonly string[]; touched: boolean }) {
  const { t } = useUi()
  const row = Math.min(Math.floor(Math.max(0, code.length - 1) / CODE_LENGTH), rows.length - 1)
  const n = code.length - row * CODE_LENGTH
  const name = rows[row] ? `${rows[row]}: ` : ''
  const next = n === CODE_LENGTH && rows[row + 1] ? ` ${rows[row + 1]}.` : ''
  return (
    <p class="unseen" role="status" data-testid="count">
      {touched ? `${name}${t('app.pad.count', { n })}.${next}` : ''}
    </p>
  )
}

function Keys({ off, onDigit, onErase }: { off: boolean; onDigit: (digit: string) => void; onErase: () => void }) {
  const { t } = useUi()
  return (
    <div class="keys">
      {KEYS.map((digit) => (
        <Digit key={digit} digit={digit} off={off} onPress={onDigit} />
      ))}
      <span />
      <Digit digit="0" off={off} onPress={onDigit} />
      <button type="button" class="key erase" data-testid="key-back" aria-label={t('app.pad.erase')} aria-disabled={off} onClick={onErase}>
        <Icon name="erase" size={28} />
      </button>
    </div>
  )
}

function Digit({ digit, off, onPress }: { digit: string; off: boolean; onPress: (digit: string) => void }) {
  return (
    <button type="button" class="key" data-testid={`key-${digit}`} aria-disabled={off} onClick={() => onPress(digit)}>
      {digit}
    </button>
  )
}
