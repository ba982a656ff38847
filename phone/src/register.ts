// Trusted Types: the one script address that this app ever names is its own service worker.

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

export function registerWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const trusted = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  const policy = trusted?.createPolicy('zelf', {
    createScriptURL: (url) => {
      if (url !== '/sw.js') throw new TypeError('not our worker')
      return url
    },
  })
  const address = policy?.createScriptURL('/sw.js') ?? '/sw.js'
  navigator.serviceWorker.register(address, { scope: '/' }).catch((error: unknown) => console.warn('no offline shell', error))
}
