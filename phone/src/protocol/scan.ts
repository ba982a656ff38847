// What a camera or a link brings: a request that waits for whoever takes it (docs/protocol.md §3.3), or a new phone.
const REQUEST = /^\/(?:q#(apr_[\w-]{22})\.\d{1,10}\.[\w-]{22}|r#(apr_[\w-]{22}))$/

export interface Brought {
  /** `q`: a code on another screen. `r`: a link on this phone. */
  by: 'q' | 'r'
  rid: string
  /** The whole of it, as the server wants to see it. */
  text: string
}

/** A request of this operator, or `null` for anything else; `app` is where the app lives, without a slash. */
export function readBrought(text: string, app: string): Brought | null {
  if (!text.startsWith(`${app}/`)) return null
  const [, scanned, linked] = REQUEST.exec(text.slice(app.length)) ?? []
  const rid = scanned ?? linked
  return rid ? { by: scanned ? 'q' : 'r', rid, text } : null
}
