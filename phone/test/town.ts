// A phone and a server in one process: real keys, real signatures, IndexedDB in memory, and a line that can be cut.
import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { App } from '../src/app.ts'
import { Channel } from '../src/channel.ts'
import { approve, fetchPending, openRequest, typeMatch } from '../src/journeys/approve.ts'
import { boot } from '../src/journeys/boot.ts'
import * as activate from '../src/journeys/activate.ts'
import { Store } from '../src/keys/store.ts'
import { Mock } from '../mock/server.ts'

export const ORIGIN = 'http://localhost:8402'
export const CODE = '73915'

export interface Town {
  app: App
  mock: Mock
  /** Sees every call; may throw (no line), or throw after the server has answered (`lost`). */
  wire: { cut: (path: string) => boolean; lost: (path: string) => boolean; calls: { path: string; body: string }[] }
}

/** Runs in a browser's place: an address and nothing else. */
export function address(hash = '', path = '/'): void {
  Object.assign(globalThis, {
    navigator: { userAgent: 'Chrome/156 Linux', languages: ['nl'] },
    window: { name: '' },
    location: { hash, pathname: path, search: '', origin: ORIGIN, assign: () => undefined, reload: () => undefined },
    history: { state: null, replaceState: (_: unknown, _title: string, to: string) => Object.assign(location, { hash: '', pathname: to.split(/[?#]/)[0] }) },
  })
}

export async function town({ fresh = true, mock, down = false, hash = '', path = '/' }: { fresh?: boolean; mock?: Mock; down?: boolean; hash?: string; path?: string } = {}): Promise<Town> {
  if (fresh) globalThis.indexedDB = new IDBFactory()
  address(hash, path)
  const server = mock ?? (await Mock.create(ORIGIN))
  const wire: Town['wire'] = { cut: () => down, lost: () => false, calls: [] }
  const line: typeof fetch = async (input, init) => {
    const url = new URL(String(input))
    const body = String(init?.body ?? '')
    wire.calls.push({ path: url.pathname, body })
    if (wire.cut(url.pathname)) throw new TypeError('no line')
    const { status, json } = await server.handle(init?.method ?? 'GET', url.pathname + url.search, body)
    if (wire.lost(url.pathname)) throw new TypeError('line lost')
    return new Response(JSON.stringify(json ?? {}), { status, headers: { 'zelf-nonce': server.nonce() } })
  }
  const app = new App(await Store.open(), new Channel({ origin: ORIGIN, fetch: line, pauses: [1, 1] }), 'nl')
  await boot(app)
  return { app, mock: server, wire }
}

/** From the first screen to the SMS. */
export async function toSms({ app, mock }: Town, bank = 'belfius', number = '0468 75 89 60'): Promise<void> {
  await activate.begin(app, 'bank')
  await activate.giveNumber(app, number)
  await activate.giveEmail(app, null)
  await activate.chooseBank(app, bank)
  const back = await mock.handle('GET', `/mock/bank?act=${app.state.view?.activation}`, '')
  const proof = back.location?.split('=')[1]
  if (proof) await app.store.write({ values: { return: proof } })
  await activate.bringBack(app)
}

export async function activated(options: Parameters<typeof town>[0] = {}): Promise<Town> {
  const made = await town(options)
  const { app } = made
  await toSms(made)
  await activate.giveSms(app, '30899')
  await activate.chooseCode(app, CODE)
  return made
}

/** A login begins elsewhere and is opened on the phone. */
export async function loginOpened({ app, mock }: Town, more: Record<string, unknown> = {}): Promise<void> {
  const { rid } = await mock.startLogin(more)
  await fetchPending(app)
  await openRequest(app, rid)
}

export async function approveWith({ app }: Town, code: string, match = '47'): Promise<void> {
  typeMatch(app, match)
  await approve(app, code)
}
