// A request that this phone takes for itself: the camera saw its code, or its link opened the app.
import type { App } from '../app.ts'
import { Refused } from '../channel.ts'
import { readBrought, type Brought } from '../protocol/scan.ts'
import { readNewPhone } from '../protocol/words.ts'
import type { ProblemCode } from '../state.ts'
import { fetchPending, openRequest } from './approve.ts'
import { vouchFor } from './vouch.ts'

const NO: Partial<Record<string, ProblemCode>> = { expired: 'scan_old', taken: 'scan_taken', request_gone: 'scan_over' }

/** What the camera saw. A link is no code: it works where it stands, not from a picture. */
export async function takeScanned(app: App, text: string): Promise<void> {
  if (readNewPhone(text)) {
    app.dispatch({ type: 'side', side: 'new-phone', direct: true })
    return vouchFor(app, text)
  }
  const brought = readBrought(text, app.channel.origin)
  if (!brought || brought.by === 'r') return app.tell('scan_unknown')
  await take(app, brought)
}

/** The first phone that asks gets the request; then it is opened here. */
export const take = (app: App, { by, text, rid }: Brought) =>
  app.during(async () => {
    try {
      await app.channel.command(app.own, 'scan', { text })
    } catch (error) {
      const code = error instanceof Refused ? NO[error.code] : undefined
      if (!code) throw error
      return app.tell(code)
    }
    await fetchPending(app)
    // The service asks in a moment: its request comes by itself.
    if (by === 'd') return
    await openRequest(app, rid)
    if (app.state.open?.rid !== rid) app.tell('scan_over')
  })

/** Takes a request out of the address, so that it is neither shown nor asked twice. */
export function broughtByAddress(app: App): Brought | null {
  const brought = readBrought(app.channel.origin + location.pathname + location.hash, app.channel.origin)
  if (/^\/[qrd]$/.test(location.pathname)) history.replaceState(history.state, '', `/${location.search}`)
  return brought
}
