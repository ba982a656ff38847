// A login that began in this phone's own browser ends there too.
import type { App } from '../app.ts'
import type { Request } from '../protocol/messages.ts'

/** Where that browser goes on: only the site's own return page for this very request. */
export function wayBack(app: App, { rid }: Request, address: string | undefined): { back?: string } {
  const { world } = app.state
  return address && world && address.startsWith(`${world.issuer}/login/return/${rid}?`) ? { back: address } : {}
}
