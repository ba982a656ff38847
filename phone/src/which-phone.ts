// `?phone=2`: a second phone in the same browser, with a memory of its own, for the story of a visitor who loses the first.
// The address loses its query at the bank; the name of the frame remembers it.

const NAMED = /^zelf-phone-(\d{1,4})$/

/** The name of this phone's memory; puts the query back into the address where the way back from a bank left it out. */
export function storeName(): string {
  const query = new URLSearchParams(location.search)
  const asked = query.get('phone')
  const phone = asked && /^\d{1,4}$/.test(asked) ? asked : asked === null ? NAMED.exec(window.name)?.[1] : undefined
  if (asked === '1') window.name = ''
  if (!phone || phone === '1') return 'zelf'
  window.name = `zelf-phone-${phone}`
  if (asked === null) {
    query.set('phone', phone)
    history.replaceState(history.state, '', `${location.pathname}?${query}${location.hash}`)
  }
  return `zelf-${phone}`
}
