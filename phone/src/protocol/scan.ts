// What a camera or a link brings: a request that waits for whoever takes it (docs/protocol.md §3.3), or a new phone.
const REQUEST = /^\/(?:q#(apr_[\w-]{22})\.\d{1,10}\.[\w-]{22}|r#(apr_[\w-]{22})|d#(dsc_[\w-]{22})\.\d{1,10}\.[\w-]{22})$/

export interface Brought {
  /** `q`: a code on another screen. `r`: a link on this phone. `d`: a code by which a service finds out whom to ask. */
  by: 'q' | 'r' | 'd'
  rid: string
  /** The whole of it, as the server wants to see it. */
  text: string
}

/** A request of this operator, or `null` for anything else; `app` is where the app lives, without a slash. */
export function readBrought(text: string, app: string): Brought | null {
  if (!text.startsWith(`${app}/`)) return null
  const [, scanned, linked, asked] = REQUEST.exec(text.slice(app.length)) ?? []
  const rid = scanned ?? linked ?? asked
  return rid ? { by: scanned ? 'q' : linked ? 'r' : 'd', rid, text } : null
}
