// J10 to J14: back to a working account with the bank: from a reset phone, through the wrong button, after a forgotten code. The service sees the same person,
// the old phone and the old contacts hear of it, the bank tells its customer, and the stop code in the message takes it all back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { texts } from '../look.mjs'
import { guestNumber } from '../people/guests.mjs'
import { message, messages, seenBy, stopCodeIn } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { activates, active, CODE, Desk, ends, guest, menu, NEW_CODE, signs, typesSms } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const lucas = world.customers.find((one) => one.id === 'lucas')
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

const isNotice = (m) => m.kind === 'sms' && stopCodeIn(m.text) !== undefined

test('a reset phone: same person for the service, limited for a day, everybody told; the stop code ends it', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(25)
  const old = await active(browser, world, 'nl', 25)
  const desk = await Desk.sits(browser, world, 'nl')
  const me = await Phone.counting(browser, world, 'nl')
  const pages = [old.page, me.page, desk.page]
  const sub = await desk.enters(old, number)
  const seen = await seenBy(world, number)
  // It lies switched off in a drawer: the day's limit is for whoever cannot ask it.
  await old.context.setOffline(true)

  await step(t, '"I have an account already": few screens, nothing typed twice', async () => {
    assert.ok(await activates(me, guest(25), { way: 'reactivate', code: NEW_CODE }), 'said once the bank has proven who it is')
    assert.deepEqual(me.acts, ['welcome', 'number', 'bank', 'sms', 'code'])
    await me.page.getByTestId('limited').waitFor()
    await me.sees('home', 'home-limited')
  }, pages)
  await step(t, 'logging in works, and the municipality knows the same person', async () => {
    assert.equal(await desk.enters(me, number, NEW_CODE), sub)
    await desk.sees('inside-again')
  }, pages)
  await step(t, 'changes wait a day', async () => {
    await menu(me, 'my-data')
    await me.page.getByTestId('facts').waitFor()
    await me.sees('my-data', 'my-data-limited')
    assert.equal(await me.page.getByTestId('change-number').getAttribute('aria-disabled'), 'true')
    await me.tap('back')
    await me.tap('back')
    await me.at('home')
  }, pages)
  await step(t, 'a service that wants a phone of a day or older is not opened with it', async () => {
    await me.opens(await desk.asksAt('notaris', number))
    await me.tap('continue')
    await me.code(NEW_CODE)
    await me.tap('approve')
    await me.problem('too_recent')
    await me.sees('approval-code', 'too-recent').catch(() => me.sees('approval', 'too-recent'))
    await me.tap('refuse')
    await me.at('answer-refused')
    await me.tap('to-home')
  }, pages)
  await step(t, 'the bank tells its customer, the old contact gets a stop code', async () => {
    const bank = await message(world, number, (m) => /CBC/.test(m.text), seen)
    assert.match(bank.text, /••|\*\*|xx/i, `the number is masked: ${bank.text}`)
    const notice = await message(world, number, isNotice, seen)
    for (const { text } of [bank, notice]) assert.doesNotMatch(text, /https?:/)
  }, pages)
  await step(t, 'the old phone says what happened and offers both ways', async () => {
    await old.context.setOffline(false)
    await old.reopen()
    await ends(old, 'replaced')
    await old.sees('ended', 'ended-replaced')
    assert.match(await old.page.getByTestId('block').getAttribute('href'), /\/block/)
  }, pages)
  await step(t, 'the stop code on the site takes it back', async () => {
    const code = stopCodeIn((await message(world, number, isNotice, seen)).text)
    await desk.blocks(code)
    await desk.page.locator('#reactivate').waitFor()
    await desk.sees('stopped')
    await ends(me, 'stop_code')
    await me.sees('ended', 'ended-stop-code')
  }, pages)
  await step(t, 'the same bank customer does not open it again', async () => {
    await me.tap('reactivate')
    await me.at('bank')
    await me.tap('bank-cbc')
    const before = await seenBy(world, number)
    await signs(me, guest(25))
    // Said once the number is proven too, and not before.
    await typesSms(me, number, before)
    await me.page.locator('[data-screen="refused"]').waitFor()
    await me.sees('refused', 'refused-stopped-card')
    assert.equal(await me.page.getByTestId('refusal').getAttribute('data-refusal'), 'stopped_card')
  }, pages)
  await desk.close()
  await me.close()
  await closes(old.context)
})

test('reinstalled, and "activate" pressed: it still ends in the account that was there', { timeout: 180_000 }, async (t) => {
  const number = guestNumber(26)
  const old = await active(browser, world, 'en', 26)
  const desk = await Desk.sits(browser, world, 'en')
  const sub = await desk.enters(old, number)
  await closes(old.context)
  const me = await Phone.counting(browser, world, 'en')
  const pages = [me.page, desk.page]

  await step(t, 'the number alone tells nobody that there is an account', async () => {
    await me.at('welcome')
    await me.tap('activate')
    await me.type('number', number.replace('+32 ', '0'))
    await me.tap('continue')
    await me.at('email')
    assert.ok(!(await me.page.locator('main').innerText()).includes(texts('en')('app.known.title')))
  }, pages)
  await step(t, 'after the bank it is said, and the same account goes on', async () => {
    await me.tap('no-email')
    await me.tap('bank-cbc')
    const before = await seenBy(world, number)
    await signs(me, guest(26))
    await me.page.getByTestId('account-known').waitFor()
    await me.sees('sms', 'sms-known')
    const sms = await message(world, number, (m) => /(?<!\d)\d{5}(?!\d)/.test(m.text), before)
    await me.type('sms', /(?<!\d)\d{5}(?!\d)/.exec(sms.text)[0])
    await me.tap('continue')
    await me.choosesCode(NEW_CODE)
    assert.equal(await desk.enters(me, number, NEW_CODE), sub)
  }, pages)
  await desk.close()
  await me.close()
})

test('a forgotten code: the app leads back to the bank by itself', { timeout: 300_000 }, async (t) => {
  const number = guestNumber(27)
  const me = await active(browser, world, 'fr', 27)
  const desk = await Desk.sits(browser, world, 'fr')
  const pages = [me.page, desk.page]
  const sub = await desk.enters(me, number, CODE)

  await step(t, 'three wrong codes, a minute, a fourth: then the way out is a button', async () => {
    const match = await desk.asks(number)
    await me.opens()
    const wrong = async () => {
      await me.type('match', match)
      await me.tap('continue')
      await me.at('approval-code')
      await me.code('86420')
      await me.tap('approve')
      await me.problem('not_accepted')
      await me.at('approval')
    }
    for (let at = 0; at < 3; at++) await wrong()
    await me.page.getByTestId('held').waitFor()
    await me.page.getByTestId('held').waitFor({ state: 'detached', timeout: 90_000 })
    await wrong()
    await me.problem('not_accepted_last')
    await me.sees('approval', 'wrong-four-times')
    await me.tap('forgot')
    await ends(me, 'forgotten')
    await me.sees('ended', 'ended-forgotten')
  }, pages)
  await step(t, 'back with another code: bank and number are known', async () => {
    const before = await seenBy(world, number)
    await me.tap('reactivate')
    await me.at('bank')
    await me.tap('bank-cbc')
    await signs(me, guest(27))
    const sms = await message(world, number, (m) => /(?<!\d)\d{5}(?!\d)/.test(m.text), before)
    await me.type('sms', /(?<!\d)\d{5}(?!\d)/.exec(sms.text)[0])
    await me.tap('continue')
    await me.choosesCode(NEW_CODE)
    assert.equal(await desk.enters(me, number, NEW_CODE), sub)
  }, pages)
  await desk.close()
  await me.close()
})

test('the bank knows another number: its notice goes there, the SMS code to the number that was typed', { timeout: 120_000 }, async () => {
  assert.ok(lucas.bank_number && lucas.bank_number !== lucas.number, 'one customer of the demo has two numbers')
  const seen = await seenBy(world, lucas.bank_number)
  // Whatever number is typed: this story types one that is nobody's.
  const number = '+32 467 00 09 28'
  const me = await Phone.counting(browser, world, 'de')
  await me.at('welcome')
  await me.tap('activate')
  await me.type('number', number.replace('+32 ', '0'))
  await me.tap('continue')
  await me.tap('no-email')
  await me.tap('bank-fintro')
  await signs(me, lucas)
  const notice = await message(world, lucas.bank_number, (m) => /Fintro/.test(m.text), seen)
  assert.match(notice.text, /28/, 'the number that is being activated, masked')
  assert.ok(!(await messages(world, number)).some((m) => /Fintro/.test(m.text)), 'not to the number that was typed')
  await me.close()
})
