// `?phone=2`: a second phone in the same browser, with a memory of its own, for the story of a visitor who loses the first.
// The address loses its query at the bank: the frame's name remembers it, or, where there is no frame, the tab.

const NAMED = /^zelf-phone-(\d{1,4})$/
const KEY = 'phone'

/** The name of this phone's memory; puts the query back into the address where the way back from a bank left it out. */
export function storeName(): string {
  if (!shown()) return 'zelf'
  const query = new URLSearchParams(location.search)
  const asked = query.get('phone')
  const phone = asked && /^\d{1,4}$/.test(asked) ? asked : asked === null ? NAMED.exec(remembered())?.[1] : undefined
  if (asked === '1' && remembered()) remember('')
  if (!phone || phone === '1') return 'zelf'
  remember(`zelf-phone-${phone}`)
  if (asked === null) {
    query.set('phone', phone)
    history.replaceState(history.state, '', `${location.pathname}?${query}${location.hash}`)
  }
  return `zelf-${phone}`
}

/** Only where a visitor is shown around: elsewhere a link with another number would show somebody an empty app. */
const shown = (): boolean => framed() || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname)

/** Two frames of one tab share their session's storage and not their names; a tab on its own loses its name on the way. */
const framed = (): boolean => window.parent !== window

function remembered(): string {
  try {
    return framed() ? window.name : (sessionStorage.getItem(KEY) ?? '')
  } catch {
    return ''
  }
}

function remember(name: string): void {
  try {
    if (framed()) window.name = name
    else sessionStorage.setItem(KEY, name)
  } catch {
    // No storage: then this browser keeps no phone at all.
  }
}
