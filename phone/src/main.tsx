// Starts the app: memory, language, line to the server, first screen.
import './style.css'
import { render } from 'preact'
import { App } from './app.ts'
import { Channel } from './channel.ts'
import type { Lang } from './contract.ts'
import { followBackKey } from './history.ts'
import { boot, bringAddress, lookHome } from './journeys/boot.ts'
import { bringBack, look } from './journeys/activate.ts'
import { follow } from './journeys/approve.ts'
import { NoStorage, Store } from './keys/store.ts'
import { Root } from './root.tsx'
import { loadBehind } from './screens/index.tsx'
import { guessLang } from './texts/index.ts'
import { endingOf } from './state.ts'
import { storeName } from './which-phone.ts'
import { registerWorker } from './register.ts'

const memory = await Store.open(storeName()).catch((error: unknown) => {
  if (error instanceof NoStorage) return null
  throw error
})
// The language last chosen here, else that of the page that led here, else the browser's.
const asked = new URLSearchParams(location.search).get('lang') ?? ''
const lang = (await memory?.get<Lang>('lang')) ?? guessLang([asked, ...navigator.languages])
const app = new App(memory as Store, new Channel({ origin: location.origin }), lang)
const place = document.getElementById('app')
if (place) render(<Root app={app} />, place)

if (!memory) app.dispatch({ type: 'broken', why: 'no_storage' })
else {
  await boot(app)
  keepFollowing()
  void loadBehind().catch(() => undefined)
  followBackKey(app)
  window.addEventListener('online', () => app.state.broken === 'no_connection' && location.reload())
  window.addEventListener('hashchange', () => void bringAddress(app).then((offer) => (offer ? app.dispatch(offer) : bringBack(app))))
}
registerWorker()

/** Requests are asked for while somebody looks, and at once when they come back. */
function keepFollowing(): void {
  let running: AbortController | null = null
  const decide = () => {
    const wanted = document.visibilityState === 'visible' && app.state.phase === 'active' && !endingOf(app.state) && !app.state.broken
    if (wanted && !running) {
      running = new AbortController()
      void follow(app, running.signal).finally(() => (running = null))
    } else if (!wanted && running) running.abort()
  }
  document.addEventListener('visibilitychange', () => {
    decide()
    if (document.visibilityState === 'visible') void look(app).then(() => lookHome(app))
  })
  app.subscribe(decide)
  decide()
}
