import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { App } from '../app.ts'
import type { State } from '../state.ts'
import type { Say } from '../texts/index.ts'

export interface Ui {
  app: App
  state: State
  t: Say
}

export const UiContext = createContext<Ui | null>(null)

export function useUi(): Ui {
  const ui = useContext(UiContext)
  if (!ui) throw new Error('outside the app')
  return ui
}

/** A number, or anything else with blanks, that stays on one line. */
export const unbroken = (text: string | null | undefined): string => (text ?? '').replaceAll(' ', '\u00a0')

/** The server's time in seconds, ticking. */
export function useNow(): number {
  const { app } = useUi()
  const [now, setNow] = useState(app.channel.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(app.channel.now()), 500)
    return () => clearInterval(timer)
  }, [app])
  return now
}
