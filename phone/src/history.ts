// The phone's own Back key does what our Back does. One spare entry in the browser's history is enough for that.
import type { App } from './app.ts'
import { reduce, screenOf, type State } from './state.ts'

/** Would Back show another screen? From the pause screen it leaves the app. */
export function canGoBack(state: State): boolean {
  const here = screenOf(state)
  return here !== 'pause' && screenOf(reduce(state, { type: 'back' })) !== here
}

export function followBackKey(app: App): void {
  let spare = false
  const guard = () => {
    if (spare || !canGoBack(app.state)) return
    spare = true
    history.pushState({ zelf: true }, '')
  }
  window.addEventListener('popstate', () => {
    if (!spare) return
    spare = false
    if (canGoBack(app.state)) app.dispatch({ type: 'back' })
    guard()
  })
  app.subscribe(guard)
}
