// J5, J14, J17: another code, approved with the old one; fingerprint or face: on with the code, used where the service allows it, off with the code.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { guestNumber } from '../people/guests.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { activates, active, CODE, confirms, Desk, finger, FIRST_NAME, guest, home, menu, NEW_CODE } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

test('another code: the old one approves, and from then on the new one counts', { timeout: 180_000 }, async (t) => {
  const number = guestNumber(40)
  const me = await active(browser, world, 'nl', 40)
  const desk = await Desk.sits(browser, world, 'nl')
  const pages = [me.page, desk.page]

  await step(t, 'the new one twice on one screen', async () => {
    await menu(me, 'my-data')
    await me.tap('change-code')
    await me.sees('code-new')
    await me.code('11111')
    await me.problem('code_common')
    await me.code(NEW_CODE)
    await me.code(NEW_CODE)
    await me.tap('continue')
  }, pages)
  await step(t, 'the new one approves nothing yet, the old one does', async () => {
    await me.at('confirm-act')
    await me.sees('confirm-act', 'confirm-code')
    await me.code(NEW_CODE)
    await me.tap('approve')
    await me.problem('code_wrong')
    await confirms(me, 'code')
    await me.sees('my-data', 'my-data-code-done')
    await home(me)
  }, pages)
  await step(t, 'closed and opened again, the new code is the code', async () => {
    await me.reopen()
    await desk.enters(me, number, NEW_CODE)
  }, pages)
  await step(t, 'the old one is wrong now', async () => {
    const match = await desk.asks(number)
    await me.opens(match)
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await me.problem('not_accepted')
    await me.tap('refuse')
    await me.at('answer-refused')
  }, pages)
  await desk.close()
  await me.close()
})

test('a finger: on with the code, enough at the municipality, not elsewhere; off with the code', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(41)
  const me = await Phone.counting(browser, world, 'fr')
  const hand = await finger(me)
  await activates(me, guest(41))
  const desk = await Desk.sits(browser, world, 'fr')
  const pages = [me.page, desk.page]

  await step(t, 'switched on with the code', async () => {
    await menu(me, 'my-data')
    await me.tap('switch-biometrics')
    await me.at('confirm-act')
    await me.sees('confirm-act', 'confirm-biometrics')
    await confirms(me, 'biometrics')
    await me.page.locator('[data-testid="switch-biometrics"][aria-checked="true"]').waitFor()
    await me.sees('my-data', 'my-data-biometrics')
    await home(me)
  }, pages)
  await step(t, 'the municipality allows it: the two digits and a touch', async () => {
    const match = await desk.asks(number)
    await me.opens(match)
    await me.sees('approval', 'approval-finger')
    await me.tap('approve-bio')
    await me.at('approved')
    await desk.service.greets(FIRST_NAME)
    await me.tap('to-home')
  }, pages)
  await step(t, 'the script\'s service wants the code', async () => {
    const match = await desk.asksAt('script', number)
    await me.opens(match)
    assert.equal(await me.page.getByTestId('approve-bio').count(), 0)
    await me.tap('refuse')
    await me.at('answer-refused')
    await me.tap('to-home')
  }, pages)
  await step(t, 'a finger that is not known: the code does it', async () => {
    await hand.refuses()
    const match = await desk.asks(number)
    await me.opens(match)
    await me.tap('approve-bio')
    await me.problem('bio_failed')
    await me.sees('approval-code', 'finger-unknown')
    await me.code(CODE)
    await me.tap('approve')
    await me.at('approved')
    await me.tap('to-home')
    await hand.agrees()
  }, pages)
  await step(t, 'off, with the code', async () => {
    await menu(me, 'my-data')
    await me.tap('switch-biometrics')
    await confirms(me, 'biometrics')
    await me.page.locator('[data-testid="switch-biometrics"][aria-checked="false"]').waitFor()
    await home(me)
    const match = await desk.asks(number)
    await me.opens(match)
    assert.equal(await me.page.getByTestId('approve-bio').count(), 0)
  }, pages)
  await desk.close()
  await me.close()
})
