// Opening the app: whoever comes back lands where they left.
import type { App, Chain } from '../app.ts'
import { Offline, Refused } from '../channel.ts'
import type { Home, View } from '../contract.ts'
import { takeOut, type Box, type Device } from '../keys/device.ts'
import type { Choice, State, Way } from '../state.ts'
import { arrive, bringBack } from './activate.ts'
import { recallToken } from './token.ts'
import { heal } from './receipts.ts'

export async function boot(app: App): Promise<void> {
  try {
    await bringReturn(app)
    app.device = (await app.store.get<Device>('device')) ?? null
    app.chain = (await app.store.get<Chain>('chain')) ?? null
    app.dispatch({ type: 'way', way: (await app.store.get<Way>('way')) ?? 'bank' })
    if (app.chain) await resumeActive(app)
    else await resumeActivation(app)
  } catch (error) {
    app.fail(error)
    if (app.state.phase === 'loading') app.dispatch({ type: 'broken', why: 'no_connection' })
  }
}

async function resumeActivation(app: App): Promise<void> {
  if (!app.device) {
    app.dispatch({ type: 'fresh' })
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
  const profile = await app.store.get<Box>('profile')
  const known = profile ? await takeOut<State['home']>(app.own, profile) : null
  const choice = await app.store.get<Choice>('choice')
  if (choice) app.dispatch({ type: 'choice', choice })
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
export async function refreshHome(app: App): Promise<Home> {
  const home = await app.channel.command<Home>(app.own, 'home', {})
  const { first_name, number, email, settings, device, limited } = home
  app.dispatch({ type: 'home', home: { first_name, number, email, settings, ...(limited === undefined ? {} : { limited }) }, device })
  await heal(app, home)
  return home
}

/** Takes `#return=…` out of the address at once, so that it is neither shown nor shared. */
export async function bringReturn(app: App): Promise<void> {
  const proof = /^#return=([\w-]{1,64})$/.exec(location.hash)?.[1]
  if (!proof) return
  await app.store.write({ values: { return: proof } })
  history.replaceState(history.state, '', location.pathname + location.search)
}

/** Everything about this activation or account is forgotten on this phone; the language stays, and for another attempt the way. */
export async function forget(app: App, begun: State['begun'] = 'welcome'): Promise<void> {
  const lang = await app.store.get('lang')
  const way = begun === 'terms' ? app.state.way : undefined
  await app.store.write({ wipe: true, values: { lang, way } })
  app.device = null
  app.chain = null
  app.dispatch({ type: 'fresh', begun, ...(way ? { way } : {}) })
}
