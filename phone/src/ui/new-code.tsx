// A code that is chosen: typed twice on one screen, weighed as soon as the first row is full.
import { useEffect, useState } from 'preact/hooks'
import { takesCode } from '../journeys/activate.ts'
import { useUi } from './context.ts'
import { CODE_LENGTH, Pad } from './pad.tsx'

export interface NewCode {
  digits: string
  /** Both rows stand. */
  full: boolean
  change: (digits: string) => string
  /** Says so if the two differ; hands on the code if not. */
  give: () => void
}

export function useNewCode(onCode: (code: string) => void): NewCode {
  const { app, state } = useUi()
  const [digits, setDigits] = useState('')
  useEffect(() => {
    if (state.problem && !AGAIN.has(state.problem.code)) setDigits('')
  }, [state.problem])
  const change = (next: string): string => {
    const rowDone = next.length === CODE_LENGTH && next.length > digits.length
    const kept = rowDone && !takesCode(app, next) ? '' : next
    setDigits(kept)
    return kept
  }
  const give = () => {
    const [first, second] = [digits.slice(0, CODE_LENGTH), digits.slice(CODE_LENGTH)]
    if (second.length < CODE_LENGTH) return
    if (first === second) onCode(first)
    else app.tell('code_differs')
  }
  return { digits, full: digits.length === 2 * CODE_LENGTH, change, give }
}

/** After these the same code is simply sent again. */
const AGAIN = new Set(['offline', 'busy', 'unexpected'])

export function NewCodePad({ label, code: { digits, change, give } }: { label: string; code: NewCode }) {
  const { t } = useUi()
  return <Pad label={label} code={digits} onCode={change} onDone={give} rows={[t('app.code.first'), t('app.code.second')]} />
}
