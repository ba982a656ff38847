// Back to a working account with a bank card: from a block, from a lost phone, from an emptied browser; in few screens and without typing twice.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, computer, open } from '../browser.mjs'
import { texts } from '../look.mjs'
import { Bank } from '../people/bank.mjs'
import { GUEST_PIN, guestCard, guestNumber } from '../people/guests.mjs'
import { messages, smsCode } from '../people/inbox.mjs'
import { Login } from '../people/login.mjs'
import { Phone } from '../people/phone.mjs'
import { Service } from '../people/service.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
const BANK = 'cbc'
const CODE = '73915'
const NEW_CODE = '47138'
const BAR = { activation: 9, reactivation: 6 }
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

const seen = async (n) => (await messages(world, guestNumber(n))).map((one) => String(one.id))

/** At the bank, and back in the app where the SMS is asked. */
async function signs(me, n) {
  const bank = new Bank(me.page, me.lang)
  await bank.arrives()
  await bank.givesCard(guestCard(n))
  await bank.signs(await bank.usesReader(GUEST_PIN))
  await me.at('sms')
}

async function typesSms(me, n, before) {
  await me.type('sms', (await smsCode(world, guestNumber(n), before)).code)
  await me.tap('continue')
}

/** From the first screen to the home screen; `way` is the button. */
async function activates(me, n, way = 'activate', code = CODE) {
  const before = await seen(n)
  await me.tap(way)
  await me.type('number', guestNumber(n).replace('+32 ', '0'))
  await me.tap('continue')
  if (way === 'activate') await me.tap('no-email')
  await me.tap(`bank-${BANK}`)
  await signs(me, n)
  const known = await me.page.getByTestId('account-known').count()
  await typesSms(me, n, before)
  await me.choosesCode(code)
  return { known: known > 0 }
}

async function active(lang, n) {
  const me = await Phone.counting(browser, world, lang)
  await activates(me, n)
  return me
}

/** From the screen that says it is over: nothing is typed but the SMS code and a new code. */
async function comesBack(me, n) {
  const before = await seen(n)
  me.screens.length = 0
  me.screens.push('ended')
  await me.tap('reactivate')
  await me.at('bank')
  assert.equal(await me.page.getByTestId('banks').count(), 0, 'the bank of last time stands there alone')
  await me.sees('bank', 'bank-known')
  await me.tap(`bank-${BANK}`)
  await signs(me, n)
  await me.page.getByTestId('account-known').waitFor()
  await me.sees('sms', 'sms-known')
  await typesSms(me, n, before)
  await me.at('code')
  await me.sees('code', 'code-known')
  await me.choosesCode(NEW_CODE)
}

/** The municipality lets this phone's owner in. */
async function logsIn(me, n, code) {
  const context = await computer(browser, me.lang)
  const page = await context.newPage()
  const [service, login] = [new Service(page, world, me.lang), new Login(page, me.lang)]
  await service.visits()
  await service.logsIn()
  await login.asksNumber()
  await login.gives(guestNumber(n).replace('+32 ', '0'))
  await me.opens(await login.match())
  await me.tap('continue')
  await me.code(code)
  await me.tap('approve')
  await me.at('approved')
  await service.greets('Kim')
  await closes(context)
}

test('activation with a bank card, counted', async () => {
  const me = await active('nl', 61)
  assert.ok(me.screens.length <= BAR.activation, `${me.screens.length} screens: ${me.screens}`)
  assert.deepEqual(me.screens, ['welcome', 'number', 'email', 'bank', 'sms', 'code'])
  await me.close()
})

test('blocked in the app, and back: number and bank are known, and services know the person as before', { timeout: 120_000 }, async () => {
  const me = await active('nl', 62)
  await me.tap('menu')
  await me.tap('menu-safety')
  await me.tap('to-block')
  await me.tap('block-now')
  await me.at('ended')
  assert.equal(await me.page.getByTestId('ended').getAttribute('data-why'), 'citizen')
  await me.sees('ended', 'ended-citizen')
  await me.reopen()
  await me.at('ended')
  await comesBack(me, 62)
  assert.ok(me.screens.length <= BAR.reactivation, `${me.screens.length} screens: ${me.screens}`)
  await me.page.getByTestId('limited').waitFor()
  await logsIn(me, 62, NEW_CODE)
  await me.close()
})

test('a new phone, the old one lost: the server says "you have an account" after the bank, and the old phone is cut off', { timeout: 120_000 }, async () => {
  const old = await active('fr', 63)
  await old.context.setOffline(true)
  const me = await Phone.counting(browser, world, 'fr')
  const { known } = await activates(me, 63, 'reactivate', NEW_CODE)
  assert.ok(known, 'said once the bank has proven who it is')
  assert.ok(me.screens.length <= BAR.reactivation, `${me.screens.length} screens: ${me.screens}`)
  assert.ok(!me.screens.includes('email'))
  await me.page.getByTestId('limited').waitFor()
  await old.context.setOffline(false)
  await old.page.reload()
  await old.at('ended')
  assert.equal(await old.page.getByTestId('ended').getAttribute('data-why'), 'replaced')
  await old.sees('ended', 'ended-replaced')
  assert.match(await old.page.getByTestId('block').getAttribute('href'), /\/block\?lang=fr$/)
  const notices = (await messages(world, guestNumber(63))).filter((one) => one.kind === 'sms')
  for (const one of notices) assert.doesNotMatch(one.text, /https?:/, 'never a link in an SMS')
  await me.close()
  await closes(old.context)
})

test('whoever begins as a newcomer and is known keeps their account, and a stranger is told nothing', { timeout: 120_000 }, async () => {
  const old = await active('de', 64)
  await old.context.setOffline(true)
  const me = await Phone.counting(browser, world, 'de')
  await me.tap('activate')
  await me.type('number', guestNumber(64).replace('+32 ', '0'))
  await me.tap('continue')
  await me.at('email')
  const words = await me.page.locator('main').innerText()
  assert.ok(!words.includes(texts('de')('app.known.title')), 'a number alone says nothing')
  await me.tap('no-email')
  await me.tap(`bank-${BANK}`)
  await signs(me, 64)
  await me.page.getByTestId('account-known').waitFor()
  await me.close()
  await closes(old.context)
})

test('a second phone in the same browser goes to the bank and comes back as itself', { timeout: 120_000 }, async () => {
  const me = await Phone.counting(browser, world, 'en', { query: '?phone=2' })
  await activates(me, 65)
  assert.match(me.page.url(), /\?phone=2/)
  const first = await me.context.newPage()
  await first.goto(world.app)
  await first.locator('[data-screen="welcome"]').waitFor()
  await me.close()
})

test('number and token in the address fill in the fields and begin nothing', async () => {
  const me = await Phone.counting(browser, world, 'nl', { query: '#token=aB3dE4&number=%2B32467000066' })
  await me.page.getByTestId('offered').waitFor()
  await me.sees('welcome', 'offered')
  assert.doesNotMatch(me.page.url(), /token/)
  await me.tap('activate-eid')
  await me.at('token')
  assert.equal(await me.page.getByTestId('token').inputValue(), 'aB3dE4')
  assert.equal((await me.page.getByTestId('number').inputValue()).replace(/\D/g, ''), '467000066')
  await me.close()
})
