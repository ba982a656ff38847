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

/**
 * What the address brought. A link was made for this phone and leads nowhere else; a code is for the screen that shows it, and an address
 * does not say that the person sees that screen: a page on this phone may have sent them here to approve somebody else's request.
 */
export async function arrived(app: App, brought: Brought): Promise<void> {
  if (brought.by === 'r') return take(app, brought)
  app.dispatch({ type: 'side', side: 'scan', direct: true })
  app.tell('scan_here')
}

/** A service finds out whom to ask, and then asks; seconds in which what comes is what the person waits for. */
const EXPECTED_SECONDS = 180

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
    if (by === 'd') app.dispatch({ type: 'expects', until: app.channel.now() + EXPECTED_SECONDS })
    await fetchPending(app)
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
