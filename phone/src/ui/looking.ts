import { useEffect } from 'preact/hooks'
import { look } from '../journeys/activate.ts'
import { useUi } from './context.ts'

const LOOK_EVERY_MS = 4_000

/** While somebody elsewhere has the floor (the bank, the computer, the old phone), look now and then whether they have spoken. */
export function useLooking(wanted = true): void {
  const { app } = useUi()
  useEffect(() => {
    if (!wanted) return
    const timer = setInterval(() => document.visibilityState === 'visible' && void look(app), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [app, wanted])
}
