// A guest of the bank with a phone and a computer: the short ways through activation and login, for stories that are about what comes after.
import assert from 'node:assert/strict'
import { closes, complaints, computer } from '../browser.mjs'
import { look } from '../look.mjs'
import { Bank } from '../people/bank.mjs'
import { GUEST_PIN, guestCard, guestNumber } from '../people/guests.mjs'
import { seenBy, smsCode } from '../people/inbox.mjs'
import { Login } from '../people/login.mjs'
import { Phone } from '../people/phone.mjs'
import { Service } from '../people/service.mjs'

export const CODE = '73915'
export const NEW_CODE = '47138'
export const BANK = 'cbc'
/** Every guest is called so. */
export const FIRST_NAME = 'Kim'

export const national = (number) => number.replace('+32 ', '0')

/** Somebody with a card of the bank: guest number n, or a customer of demo.json. */
export const guest = (n) => ({ number: guestNumber(n), card: guestCard(n), pin: GUEST_PIN })

/** At the bank's page: card, reader, signature; back where the SMS is asked. */
export async function signs(me, who) {
  const bank = new Bank(me.page, me.lang)
  await bank.arrives()
  await bank.givesCard(who.card)
  await bank.signs(await bank.usesReader(who.pin))
  await me.at('sms')
}

export async function typesSms(me, number, before) {
  await me.type('sms', (await smsCode(me.world, number, before)).code)
  await me.tap('continue')
}

/** From the first screen to the home screen, by the button `way`; true when the account was there already. */
export async function activates(me, who, { way = 'activate', code = CODE, email = null } = {}) {
  const before = await seenBy(me.world, who.number)
  await me.at('welcome')
  await me.tap(way)
  await me.type('number', national(who.number))
  await me.tap('continue')
  if (way === 'activate') {
    await me.at('email')
    if (email) {
      await me.type('email', email)
      await me.tap('continue')
    } else await me.tap('no-email')
  }
  await me.tap(`bank-${BANK}`)
  await signs(me, who)
  const known = (await me.page.getByTestId('account-known').count()) > 0
  await typesSms(me, who.number, before)
  await me.choosesCode(code)
  return known
}

/** An active phone of guest n, which counts its screens. */
export async function active(browser, world, lang, n, options = {}) {
  const me = await Phone.counting(browser, world, lang)
  await activates(me, guest(n), options)
  return me
}

/** To a screen behind the menu. */
export async function menu(me, to) {
  await me.at('home')
  await me.tap('menu')
  await me.tap(`menu-${to}`)
}

/** Back until home. */
export async function home(me) {
  for (let at = 0; at < 6; at++) {
    if (await me.page.locator('[data-screen="home"]').isVisible()) return
    const before = await me.page.locator('[data-screen]').getAttribute('data-screen')
    await me.tap('back')
    await me.page.locator(`[data-screen]:not([data-screen="${before}"])`).waitFor()
  }
  await me.at('home')
}

/** The change that was just asked for, with the code; then what became of it is said. */
export async function confirms(me, what, code = CODE) {
  await me.at('confirm-act')
  await me.code(code)
  await me.tap('approve')
  await me.page.locator(`[data-done="${what}"]`).waitFor()
}

/** A computer with a browser, at the municipality's website. */
export class Desk {
  static async sits(browser, world, lang, more = {}) {
    const context = await computer(browser, lang, more)
    const page = await context.newPage()
    return new Desk(context, page, world, lang)
  }

  constructor(context, page, world, lang) {
    Object.assign(this, { context, page, world, lang, heard: complaints(page), service: new Service(page, world, lang), login: new Login(page, lang) })
  }

  sees(name, options = {}) {
    return look(this.page, this.lang, `desk-${name}`, { whole: true, ...options })
  }

  /** As far as the page that waits; gives the two digits. */
  async asks(number) {
    await this.service.visits()
    if (await this.page.locator('#logout').isVisible()) await this.service.logsOut()
    await this.service.logsIn()
    await this.login.asksNumber()
    await this.login.gives(national(number))
    return this.login.match()
  }

  /** Another service, which has no website: the login begins all the same. */
  async asksAt(id, number, scope = 'openid profile') {
    const service = this.world.services.find((one) => one.id === id)
    assert.ok(service, `no service ${id} in demo.json`)
    const question = { response_type: 'code', client_id: service.client_id, redirect_uri: service.redirect_uris[0], scope, state: 'state-of-a-story', nonce: 'nonce-of-a-story', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ui_locales: this.lang }
    await this.page.goto(`${this.world.issuer}/authorize?${new URLSearchParams(question)}`)
    await this.login.asksNumber()
    await this.login.gives(national(number))
    return this.login.match()
  }

  /** In at the municipality with the phone and its code; answers the person's number there. */
  async enters(me, number, code = CODE, name = FIRST_NAME) {
    await me.opens(await this.asks(number))
    await me.tap('continue')
    await me.code(code)
    await me.tap('approve')
    await me.at('approved')
    await this.service.greets(name)
    const sub = await this.service.sub()
    await me.tap('to-home')
    return sub
  }

  /** The page where accounts are blocked, with a written code. */
  async blocks(code) {
    await this.page.goto(`${this.world.issuer}/block?lang=${this.lang}`)
    await this.page.locator('#code').fill(code)
    await this.page.locator('#block-now').click()
  }

  async close() {
    assert.deepEqual(this.heard, [], 'the browser complained')
    await closes(this.context)
  }
}

/** Why this phone's part is over. */
export async function ends(me, why) {
  await me.page.locator('[data-screen="ended"]').waitFor({ timeout: 40_000 })
  assert.equal(await me.page.getByTestId('ended').getAttribute('data-why'), why)
}

/** A finger that the phone knows, made of software. */
export async function finger(me) {
  const session = await me.context.newCDPSession(me.page)
  await session.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options })
  return { refuses: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }), agrees: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true }) }
}
