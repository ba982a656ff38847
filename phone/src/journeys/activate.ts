// Activation, step by step; token.ts has what differs for somebody with an identity card (docs/protocol.md §3.1).
import type { App, Chain } from '../app.ts'
import { Refused } from '../channel.ts'
import { TERMS, type View } from '../contract.ts'
import { askToPersist, createDevice, lockAway } from '../keys/device.ts'
import { readCertificate } from '../protocol/messages.ts'
import { NotSigned } from '../protocol/jose.ts'
import { firstOf } from '../protocol/keys.ts'
import { sealEnrolment } from '../protocol/pin.ts'
import type { Way } from '../state.ts'
import { weakness } from '../weak-code.ts'
import { countryOf, inFields } from '../countries.ts'
import { keepBank } from './again.ts'
import { forget, refreshHome } from './boot.ts'
import { forgetToken, takeWay } from './token.ts'

export const step = (app: App, name: string, body: unknown) => app.channel.command<View>(app.own, `activation/${name}`, body)

/** Shows a view; an activation that has ended well becomes an account on this phone. */
export async function arrive(app: App, view: View): Promise<void> {
  if (view.step === 'active') return settle(app, view)
  if (app.state.token && (view.step === 'code' || view.step === 'refused')) await forgetToken(app)
  app.dispatch({ type: 'view', view })
}

/** The choice on the first screen, which accepts the terms; with an activation in course, another way for it. */
export const begin = (app: App, way: Way) => app.during(() => beginNow(app, way))

/** What this phone still knows is not typed again. */
export async function beginNow(app: App, way: Way): Promise<void> {
  await takeWay(app, way)
  await openActivation(app)
  const { view, known } = app.state
  if (view?.step === 'vouch') app.dispatch({ type: 'revisit', to: 'number' })
  if (view?.step !== 'number' || !known?.number) return
  if (!app.state.typed) app.dispatch({ type: 'typed', ...inFields(known.number) })
  if (way === 'again') await sendNumber(app, app.state.typed)
}

/** Keys are made, the operator's root is pinned, the server opens an activation; one that runs goes on. */
export async function openActivation(app: App): Promise<void> {
  if (app.state.view && app.device && !isOver(app.state.view)) return
  const world = await app.discover()
  app.device ??= await createDevice()
  await app.store.write({ values: { device: app.device, root: world.root } })
  void askToPersist()
  await app.keys(true)
  await arrive(app, await step(app, 'start', { jwk: app.device.jwk, lang: app.state.lang, terms: TERMS, device: deviceName() }))
}

const isOver = (view: View) => view.step === 'refused' || view.step === 'expired'

export const giveNumber = (app: App, typed: string) =>
  app.during(async () => {
    if (!/\d/.test(typed)) return app.tell('number_empty')
    await sendNumber(app, typed)
  })

/** What stands behind the number stays: somebody who only mends it meets the next question again. */
export async function sendNumber(app: App, typed: string): Promise<void> {
  app.dispatch({ type: 'typed', typed })
  const view = await step(app, 'number', readNumber(typed, app.state.country))
  await arrive(app, view)
  app.dispatch({ type: 'revisit', to: view.step === 'bank' && app.state.way === 'bank' ? 'email' : null })
}

/** Somebody who types `+352 …` or `0032 …` has named the country already. */
export function readNumber(typed: string, country: string): { country: string; number: string } {
  const international = /^\s*(?:\+|00)\s*(\d[\d\s./-]*)$/.exec(typed)
  const digits = international?.[1]?.replace(/\D/g, '')
  if (!digits) return { country, number: typed.trim() }
  return { country: countryOf(digits, country) ?? country, number: `+${digits}` }
}

export const giveEmail = (app: App, email: string | null) =>
  app.during(async () => {
    if (email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email.trim())) return app.tell('email_invalid')
    await arrive(app, await step(app, 'email', { email: email?.trim() ?? null }))
    app.dispatch({ type: 'revisit', to: null })
  })

/** Chosen is gone: the bank's page opens at once. */
export const chooseBank = (app: App, id: string) =>
  app.during(async () => {
    await arrive(app, await step(app, 'bank', { bank: id }))
    app.dispatch({ type: 'revisit', to: null })
    await app.store.write({ values: { bank: app.state.banks.find((one) => one.id === id) } })
    goToBank(app)
  })

/** Leaves for the bank in this same window; the way back is `#return=…`. */
export function goToBank(app: App): void {
  const url = app.state.view?.handover?.url
  if (url && /^https?:\/\//.test(url)) location.assign(url)
}

/** Six digits typed by hand, when the bank's answer came back in another browser. */
export const typeReturn = (app: App, typed: string) =>
  app.during(async () => {
    const digits = typed.replace(/\D/g, '')
    if (digits.length !== 6) return app.tell('return_length')
    await arrive(app, await step(app, 'return', { typed: digits }))
    app.dispatch({ type: 'revisit', to: null })
  })

/** Hands in the proof that came back with the browser; kept until the server has spoken. */
export async function bringBack(app: App): Promise<void> {
  const proof = await app.store.get<string>('return')
  if (!proof) return
  if (!app.device) return app.dispatch({ type: 'stranger', stranger: true })
  await app.during(async () => {
    try {
      await arrive(app, await step(app, 'return', { proof }))
      await app.store.write({ values: { return: undefined } })
    } catch (error) {
      if (error instanceof Refused && error.code !== 'busy') await app.store.write({ values: { return: undefined } })
      throw error
    }
  })
}

/** Asks quietly whether something happened elsewhere: at the bank, or in another tab. */
export async function look(app: App): Promise<void> {
  if (app.state.busy || !app.device || app.state.phase !== 'activation') return
  try {
    await arrive(app, await app.channel.command<View>(app.own, 'activation/get', {}, { again: 0, patience: 8_000 }))
    if (!app.state.online) app.dispatch({ type: 'online', online: true })
  } catch {
    // Only a look: what the person does next says whether the line is down.
  }
}

export const giveSms = (app: App, typed: string) =>
  app.during(async () => {
    const code = typed.replace(/\D/g, '')
    if (code.length !== 5) return app.tell('sms_length')
    const { token, view } = app.state
    await arrive(app, await step(app, 'sms', view?.method === 'eid' && token ? { code, token } : { code }))
  })

export const resend = (app: App) => app.during(async () => arrive(app, await step(app, 'resend', {})))

/** Whether nobody would guess it; says so if somebody would. */
export function takesCode(app: App, code: string): boolean {
  const weak = weakness(code, app.state.view?.birthdate, app.state.view?.number ?? app.state.home?.number ?? null)
  if (weak) app.tell(`code_${weak}`)
  return weak === null
}

/** The code becomes a key, and only a sealed proof of that key leaves the phone. */
export const chooseCode = (app: App, code: string) =>
  app.during(async () => {
    if (!takesCode(app, code)) return
    const { own } = app
    const vault = firstOf(await app.keys(), 'vs')
    const sealed = await sealEnrolment(own.pepper, vault, own.dev, app.state.view?.activation ?? '', code)
    await arrive(app, await step(app, 'finish', { sealed }))
  })

/** The certificate is checked and kept: from here on this phone is somebody's. */
async function settle(app: App, view: View): Promise<void> {
  const { own } = app
  const certificate = view.certificate ?? ''
  const read = await app.trusting((keys) => readCertificate(certificate, keys))
  if (read.dev !== own.dev || read.jwk.x !== own.jwk.x || read.jwk.y !== own.jwk.y) throw new NotSigned('a certificate for another phone')
  const chain: Chain = { certificate, head: view.head ?? '', seq: view.seq ?? 0 }
  // At its last step the server names no contact any more; what it says of the account comes with `home`.
  const number = view.number ?? app.state.view?.number ?? ''
  const home = { first_name: view.first_name ?? '', number, email: view.email ?? app.state.view?.email ?? null, settings: { biometrics: false, notifications: false, sharing: false } }
  await app.store.write({ values: { chain, profile: await lockAway(own, home), return: undefined, token: undefined, dismissed: undefined } })
  await keepBank(app)
  app.chain = chain
  app.dispatch({ type: 'greeting', greeting: true })
  app.dispatch({ type: 'home', home, device: { state: 'active', left: 5, not_before: 0 } })
  await refreshHome(app).catch(() => undefined)
}

/** Stops this activation for good. */
export const cancel = (app: App) =>
  app.during(async () => {
    if (app.device && app.state.view && !isOver(app.state.view)) await app.channel.command(app.own, 'activation/cancel', {})
    await forget(app)
  })

/** After a refusal or an expiry: the same way from the start, with new keys; the number is in the field. */
export const again = (app: App) =>
  app.during(async () => {
    const { typed, country, view } = app.state
    const way = view?.refusal?.code === 'stopped_card' ? 'again' : app.state.way
    await forget(app, { way, typed, country })
    await beginNow(app, way)
  })

/** What the bank and the notices will call this phone. */
function deviceName(): string {
  const agent = navigator.userAgent
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrom(e|ium)\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : 'Browser'
  const system = /Android/.test(agent) ? 'Android' : /iPhone/.test(agent) ? 'iPhone' : /iPad/.test(agent) ? 'iPad' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : 'Linux'
  return `${browser} on ${system}`
}
