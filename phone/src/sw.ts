// The offline shell: the app's own files, one store per version. Nothing under /api is ever kept, nor anything personal.
import { outdated, planFor } from './sw-rules.ts'

declare const __FILES__: readonly string[]
declare const __VERSION__: string

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Extendable {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface Worker {
  addEventListener(type: 'install' | 'activate', handle: (event: Extendable) => void): void
  addEventListener(type: 'fetch', handle: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly location: Location
}

const worker = self as unknown as Worker
const FILES = __FILES__
const STORE = `zelf-shell-${__VERSION__}`
const PATIENCE_MS = 4_000

worker.addEventListener('install', (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: 'reload' }))
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(fresh)).then(() => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  const tidy = caches.keys().then((names) => Promise.all(outdated(names, STORE).map((name) => caches.delete(name))))
  event.waitUntil(tidy.then(() => worker.clients.claim()))
})

worker.addEventListener('fetch', (event) => {
  const plan = planFor(event.request, worker.location.origin, FILES)
  if (plan === 'file') event.respondWith(fromStore(event.request))
  if (plan === 'page') event.respondWith(page(event.request))
})

async function fromStore(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: STORE })) ?? fetch(request)
}

/** The newest page if the network answers soon and well, the stored one otherwise. */
async function page(request: Request): Promise<Response> {
  const stored = async () => (await caches.match('/', { cacheName: STORE })) ?? Response.error()
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return answer.status < 500 ? answer : await stored()
  } catch {
    return stored()
  }
}
