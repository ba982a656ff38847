// J9: an account is blocked: in the app, with the written code on the site, and by wrong codes; at once, told without a link, with the next step on the screen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { texts } from '../look.mjs'
import { message, messages, seenBy } from '../people/inbox.mjs'
import { guestNumber } from '../people/guests.mjs'
import { readWorld } from '../world.mjs'
import { active, Desk, ends, home, menu } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

/** SMS and mail say so, and neither has a link. */
async function isTold(number, email, seen) {
  const fresh = (m) => m.kind === 'sms' && /blo[ck]|bloqu|gesperrt/i.test(m.text)
  const sms = await message(world, number, fresh, seen)
  assert.doesNotMatch(sms.text, /https?:|www\./, 'never a link')
  if (!email) return
  const mail = await message(world, email, (m) => /blo[ck]|bloqu|gesperrt/i.test(`${m.subject} ${m.text}`))
  assert.doesNotMatch(mail.text, /https?:|www\./, 'never a link')
}

test('in the app: two screens, no code, and what waits ends everywhere', { timeout: 180_000 }, async (t) => {
  const number = guestNumber(20)
  const email = 'kim20@voorbeeld.be'
  const me = await active(browser, world, 'nl', 20, { email })
  const desk = await Desk.sits(browser, world, 'nl')
  const pages = [me.page, desk.page]
  const seen = await seenBy(world, number)

  await step(t, 'from the menu', async () => {
    await menu(me, 'safety')
    await me.sees('safety')
    await me.tap('to-block')
    await me.sees('block')
  }, pages)
  await step(t, 'a login waits while the button is pressed', async () => {
    await desk.asks(number)
    await me.tap('block-now')
    await ends(me, 'citizen')
    await me.sees('ended', 'ended-citizen')
    assert.ok((await desk.login.ended()).length > 0, 'the waiting page ends')
    await desk.sees('ended-by-block')
  }, pages)
  await step(t, 'SMS and mail, no link', async () => isTold(number, email, seen), pages)
  await step(t, 'the next step stands on the screen', async () => {
    await me.reopen()
    await ends(me, 'citizen')
    assert.equal((await me.page.getByTestId('reactivate').innerText()).trim(), texts('nl')('app.reactivate'))
  }, pages)
  await step(t, 'nobody logs in with it any more, and nobody is told why', async () => {
    await desk.asks(number)
    await desk.sees('blocked-waiting')
  }, pages)
  await desk.close()
  await me.close()
})

test('on the site with the code that was written down', { timeout: 180_000 }, async (t) => {
  const number = guestNumber(21)
  const me = await active(browser, world, 'fr', 21)
  const desk = await Desk.sits(browser, world, 'fr')
  const pages = [me.page, desk.page]
  const seen = await seenBy(world, number)
  let code

  await step(t, 'the app shows the code, the same each time', async () => {
    await menu(me, 'safety')
    await me.tap('to-block-code')
    const shown = me.page.locator('p[data-testid="block-code"]')
    await shown.waitFor()
    await me.sees('block-code')
    code = (await shown.textContent()).replace(/\s/g, '')
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    await home(me)
    await menu(me, 'safety')
    await me.tap('to-block-code')
    await shown.waitFor()
    assert.equal((await shown.textContent()).replace(/\s/g, ''), code)
  }, pages)
  await step(t, 'a wrong one blocks nothing', async () => {
    await desk.blocks(`${code.slice(0, -4)}0000`)
    await desk.page.locator('#error').waitFor()
    await desk.sees('block-wrong')
    await home(me)
  }, pages)
  await step(t, 'the right one, in small letters and without dashes', async () => {
    await desk.blocks(code.toLowerCase().replaceAll('-', ' '))
    await desk.page.locator('#reactivate').waitFor()
    await desk.sees('block-done')
    await ends(me, 'block_code')
    await me.sees('ended', 'ended-block-code')
  }, pages)
  await step(t, 'told without a link; typed again, it says the same and nobody is told twice', async () => {
    await isTold(number, null, seen)
    const told = (await messages(world, number)).length
    await desk.blocks(code)
    await desk.page.locator('#reactivate').waitFor()
    assert.equal((await messages(world, number)).length, told)
  }, pages)
  await desk.close()
  await me.close()
})

// The clock of the world is nobody's here: after the third wrong code a minute passes, after the fourth a quarter of an hour.
// The fourth is told in life-back.test.mjs, the fifth by crates/trials/tests/server.
test('wrong codes: what is left is said, and the pad waits', { timeout: 180_000 }, async (t) => {
  const number = guestNumber(22)
  const me = await active(browser, world, 'de', 22)
  const desk = await Desk.sits(browser, world, 'de')
  const pages = [me.page, desk.page]
  const say = texts('de')

  await step(t, 'three wrong codes', async () => {
    const match = await desk.asks(number)
    await me.opens()
    for (const left of [4, 3, 2]) {
      await me.type('match', match)
      await me.tap('continue')
      await me.at('approval-code')
      await me.code('86420')
      await me.tap('approve')
      await me.problem('not_accepted')
      await me.at('approval')
      assert.ok((await me.page.getByTestId('problem').innerText()).includes(say('app.left.more', { left })), `${left} are left`)
    }
  }, pages)
  await step(t, 'the pad waits, and says why', async () => {
    await me.page.getByTestId('held').waitFor()
    await me.sees('approval', 'approval-held')
  }, pages)
  await desk.close()
  await me.close()
  assert.ok((await messages(world, number)).every((m) => !/https?:/.test(m.text)))
})
