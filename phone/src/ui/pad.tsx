// The code pad: our own big keys in phone order, five dots, nothing that could be read over the shoulder or by a screen
// reader beyond the count. Keys of a keyboard work; pasting is refused.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useUi } from './context.ts'
import { Icon } from './icons.tsx'

const LENGTH = 5
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9']

export function Pad({ label, code, onCode, onDone, disabled = false }: { label: string; code: string; onCode: (code: string) => void; onDone: (code: string) => void; disabled?: boolean }) {
  const { app, state, t } = useUi()
  const [touched, setTouched] = useState(false)
  const off = disabled || state.busy
  // Keys can come faster than the screen is drawn; the digits so far stand here.
  const typed = useRef(code)
  typed.current = code
  const change = (digits: string) => {
    typed.current = digits
    onCode(digits)
  }
  const add = (digit: string) => {
    if (off || typed.current.length >= LENGTH) return
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
      else if (event.key === 'Enter' && typed.current.length === LENGTH && !(event.target instanceof HTMLButtonElement)) onDone(typed.current)
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
      <div class="dots" aria-hidden="true">
        {Array.from({ length: LENGTH }, (_, at) => (
          <span key={at} class={at < code.length ? 'dot full' : 'dot'} />
        ))}
      </div>
      <p class="unseen" role="status" data-testid="count">
        {touched ? t('app.pad.count', { n: code.length }) : ''}
      </p>
      <div class="keys">
        {KEYS.map((digit) => (
          <Digit key={digit} digit={digit} off={off} onPress={add} />
        ))}
        <span />
        <Digit digit="0" off={off} onPress={add} />
        <button type="button" class="key erase" data-testid="key-back" aria-label={t('app.pad.erase')} aria-disabled={off} onClick={erase}>
          <Icon name="erase" size={28} />
        </button>
      </div>
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
