// Opening the app: whoever comes back lands where they left.
import type { App, Chain } from '../app.ts'
import { Offline, Refused } from '../channel.ts'
import type { Home, View } from '../contract.ts'
import { utf8 } from '../protocol/bytes.ts'
import { es256, keyId } from '../protocol/jose.ts'
import { lockAway, takeOut, type Box, type Device } from '../keys/device.ts'
import { endingOf, type Event, type Known, type State, type Way } from '../state.ts'
import { takeGeneration } from './account/code.ts'
import { arrive, bringBack } from './activate.ts'
import { keepNumber } from './again.ts'
import { readOffer, recallToken } from './token.ts'
import { heal } from './receipts.ts'
import { arrived, broughtByAddress } from './scan.ts'

export async function boot(app: App): Promise<void> {
  try {
    const brought = broughtByAddress(app)
    const offer = await bringAddress(app)
    const ended = await app.store.get<State['ended']>('ended')
    app.device = (await app.store.get<Device>('device')) ?? null
    app.chain = (await app.store.get<Chain>('chain')) ?? null
    app.dispatch({ type: 'way', way: (await app.store.get<Way>('way')) ?? 'bank' })
    app.dispatch({ type: 'known', known: (await app.store.get<Known>('known')) ?? null })
    if (ended) return app.dispatch({ type: 'ended', ended })
    if (app.chain) await resumeActive(app)
    else await resumeActivation(app)
    if (offer) app.dispatch(offer)
    if (brought && app.chain) await (app.state.broken || endingOf(app.state) ? undefined : arrived(app, brought))
    else if (brought) app.dispatch({ type: 'elsewhere', elsewhere: brought.by === 'r' ? 'r' : 'q' })
  } catch (error) {
    app.fail(error)
    if (app.state.phase === 'loading') app.dispatch({ type: 'broken', why: 'no_connection' })
  }
}

/** Keys that a backup brought back without what is in them, or without one another, sign nothing. */
async function works(device: Device | null): Promise<boolean> {
  try {
    if (!device || (await keyId('dev', device.jwk)) !== device.dev) return false
    await es256(device.key, utf8('here'))
    await crypto.subtle.sign('HMAC', device.pepper, utf8('here'))
    await takeOut(device, await lockAway(device, 'here'))
    return true
  } catch {
    return false
  }
}

async function resumeActivation(app: App): Promise<void> {
  if (app.device && !(await works(app.device))) await forget(app)
  if (!app.device) {
    const way = await app.store.get<Way>('way')
    app.dispatch({ type: 'fresh', known: app.state.known, ...(way ? { way } : {}) })
    if (await app.store.get('return')) app.dispatch({ type: 'stranger', stranger: true })
    void app.discover().catch(() => undefined)
    return
  }
  try {
    await app.discover()
    await recallToken(app)
    await arrive(app, await app.channel.command<View>(app.own, 'activation/get', {}))
  } catch (error) {
    if (!(error instanceof Refused && error.code === 'device_unknown')) throw error
    await forget(app)
  }
  await bringBack(app)
}

async function resumeActive(app: App): Promise<void> {
  if (!(await works(app.device))) return app.dispatch({ type: 'broken', why: 'keys_gone' })
  const profile = await app.store.get<Box>('profile')
  const known = profile ? await takeOut<State['home']>(app.own, profile).catch(() => null) : null
  app.dispatch({ type: 'dismissed', dismissed: (await app.store.get<string[]>('dismissed')) ?? [] })
  app.dispatch({ type: 'home', home: known })
  try {
    await app.keys(true)
    await refreshHome(app)
  } catch (error) {
    if (error instanceof Offline) app.dispatch({ type: 'online', online: false })
    else app.fail(error)
  }
}

/** Asks the server how things stand, and fetches a receipt that a killed app had missed. */
export async function refreshHome(app: App, aside = false): Promise<Home> {
  const home = await app.channel.command<Home>(app.own, 'home', {})
  seenAt = home.now
  // An answer that left meanwhile takes its own receipt in.
  if (aside && app.state.busy) return home
  app.dispatch({ type: 'home', home: picture(home), device: home.device })
  await keepNumber(app, home.number)
  await heal(app, home)
  await takeGeneration(app, home)
  return home
}

const FRESH_SECONDS = 10

/** Looks again, where somebody else may have changed something (the helpdesk a number): not while the person waits for an answer. */
export async function lookHome(app: App): Promise<void> {
  if (app.state.busy || app.state.phase !== 'active' || !app.chain || app.channel.now() - seenAt < FRESH_SECONDS) return
  await refreshHome(app, true).catch((error: unknown) => {
    if (error instanceof Refused) app.fail(error)
  })
}

let seenAt = 0

/** What the screens show of it. */
function picture({ device: _, head: _h, seq: _s, last_receipt: _l, generation: _g, now: _n, ...home }: Home): State['home'] {
  return home
}

/** Takes `#return=…` or what the computer's page offers out of the address at once, so that it is neither shown nor shared. */
export async function bringAddress(app: App): Promise<Event | null> {
  const proof = /^#return=([\w-]{1,64})$/.exec(location.hash)?.[1]
  const offer = readOffer(location.hash)
  if (!proof && !offer) return null
  if (proof) await app.store.write({ values: { return: proof } })
  history.replaceState(history.state, '', location.pathname + location.search)
  return offer && { type: 'offered', ...offer }
}

/** Everything about this activation or account is forgotten on this phone; the language stays, and what the next attempt starts with. */
export async function forget(app: App, { known = null, ...next }: { way?: Way; typed?: string; country?: string; known?: Known | null } = {}): Promise<void> {
  const lang = await app.store.get('lang')
  await app.store.write({ wipe: true, values: { lang, way: next.way, known: known ?? undefined } })
  app.device = null
  app.chain = null
  app.dispatch({ type: 'fresh', known, ...next })
}
