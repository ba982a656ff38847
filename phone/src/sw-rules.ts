// What the service worker does with a request: pure, so that it can be tested without a browser.

export type Plan = 'leave' | 'page' | 'file'

/** `leave`: not ours, the network alone answers. `page`: network first, the stored shell when offline. `file`: from the store. */
export function planFor(request: { method: string; url: string; mode: string }, origin: string, files: readonly string[]): Plan {
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== origin || url.search !== '') return 'leave'
  if (/^\/(api|bank|\.well-known)(\/|$)/.test(url.pathname)) return 'leave'
  if (/^\/([dqr]|index\.html)?$/.test(url.pathname)) return request.mode === 'navigate' ? 'page' : 'leave'
  return files.includes(url.pathname) ? 'file' : 'leave'
}

/** Stores of other versions of this app. */
export const outdated = (names: readonly string[], current: string): string[] => names.filter((name) => name.startsWith('zelf-shell-') && name !== current)
