// J31 to J34 and J36b: no is an answer, and a phone that makes people safe: "I did not ask for this", a call that slows everything down, messages that can be
// checked, and a stop code that works without any phone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open, phone } from '../browser.mjs'
import { texts } from '../look.mjs'
import { guestNumber } from '../people/guests.mjs'
import { message, seenBy, stopCodeIn } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { activates, active, CODE, confirms, Desk, ends, FIRST_NAME, guest, home, menu } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

test('no, and "I did not ask for this": requests stop for a day, or the account is blocked', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(50)
  const me = await active(browser, world, 'nl', 50)
  const desk = await Desk.sits(browser, world, 'nl')
  const pages = [me.page, desk.page]

  await step(t, 'refused: the browser is told, and nothing else happens', async () => {
    await desk.asks(number)
    await me.opens()
    await me.tap('refuse')
    await me.sees('answer-refused', 'safe-refused')
    assert.ok((await desk.login.ended()).includes(texts('nl')('site.ended.refused.title')))
    await me.tap('to-home')
  }, pages)
  await step(t, '"I did not ask for this": two things that help at once', async () => {
    await desk.asks(number)
    await me.opens()
    await me.tap('fraud')
    await me.sees('fraud', 'safe-fraud')
    await me.page.getByTestId('block-now').waitFor()
  }, pages)
  await step(t, 'muted: this service, from that browser, reaches nobody', async () => {
    await me.tap('mute')
    await me.page.getByTestId('muted').waitFor()
    await me.sees('fraud', 'safe-muted')
    await me.tap('to-home')
    await desk.asks(number)
    await desk.sees('waits-for-nobody')
    await me.page.waitForTimeout(4_000)
    assert.equal(await me.page.getByTestId('request').count(), 0)
  }, pages)
  await step(t, 'blocked from there, in one tap', async () => {
    const other = await Desk.sits(browser, world, 'nl')
    await other.asksAt('script', number)
    await me.opens()
    await me.tap('fraud')
    await me.at('fraud')
    await me.tap('block-now')
    await ends(me, 'citizen')
    await closes(other.context)
  }, pages)
  await desk.close()
  await me.close()
})

test('notifications refused: what waits is on the home screen; too late is said, with a way on', { timeout: 300_000 }, async (t) => {
  const number = guestNumber(51)
  const context = await phone(browser, 'fr', { permissions: [] })
  const page = await context.newPage()
  await page.goto(world.app)
  const me = new Phone(context, page, world, 'fr')
  await activates(me, guest(51))
  const desk = await Desk.sits(browser, world, 'fr')
  const pages = [me.page, desk.page]

  await step(t, 'a closed app hears nothing; opened, it shows what waits', async () => {
    await me.page.goto('about:blank')
    const match = await desk.asks(number)
    await me.page.goto(world.app)
    await me.at('home')
    await me.page.getByTestId('request').waitFor({ timeout: 20_000 })
    await me.sees('home', 'safe-home-waiting')
    await me.opens(match)
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await me.at('approved')
    await desk.service.greets(FIRST_NAME)
    await me.tap('to-home')
  }, pages)
  await step(t, 'three minutes later it is over, in the browser and on the phone', async () => {
    await desk.asks(number)
    await me.opens()
    await desk.page.locator('#retry').waitFor({ timeout: 220_000 })
    await desk.sees('expired')
    await me.page.locator('[data-screen="request-expired"], [data-screen="home"]').waitFor({ timeout: 30_000 })
    if (await me.page.locator('[data-screen="request-expired"]').isVisible()) {
      await me.sees('request-expired', 'safe-expired')
      await me.tap('to-home')
    }
    await menu(me, 'my-history')
    await me.page.getByTestId('by-state').selectOption('expired')
    await me.page.locator('[data-testid="entry"][data-state="expired"]').first().waitFor()
    await me.sees('my-history', 'safe-history-expired')
  }, pages)
  await desk.close()
  await me.close()
})

test('somebody is on the phone with me: half a minute before any answer, and the app says to hang up', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(52)
  const me = await active(browser, world, 'de', 52)
  const desk = await Desk.sits(browser, world, 'de')
  const pages = [me.page, desk.page]

  await step(t, 'switched on under Safety', async () => {
    await menu(me, 'safety')
    await me.tap('to-careful')
    await me.sees('careful')
    await me.tap('careful-on')
    await me.page.getByTestId('careful-on-until').waitFor()
    await me.sees('careful', 'careful-on')
    await home(me)
    await me.page.getByTestId('careful').waitFor()
    await me.sees('home', 'home-careful')
  }, pages)
  await step(t, 'a login waits thirty seconds for its answer; a no does not', async () => {
    const match = await desk.asks(number)
    const asked = Date.now()
    await me.opens()
    await me.page.getByTestId('held').waitFor()
    await me.sees('approval', 'approval-careful')
    assert.equal(await me.page.getByTestId('refuse').isEnabled(), true)
    await me.page.getByTestId('held').waitFor({ state: 'detached', timeout: 60_000 })
    assert.ok(Date.now() - asked > 20_000, 'about half a minute')
    await me.type('match', match)
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await me.at('approved')
    await desk.service.greets(FIRST_NAME)
    await me.tap('to-home')
  }, pages)
  await step(t, 'the call is over', async () => {
    await me.tap('careful-off')
    await me.page.getByTestId('careful').waitFor({ state: 'detached' })
  }, pages)
  await desk.close()
  await me.close()
})

test('a suspicious message: what we sent is listed; what to do with the rest; the stop code of a real one works', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(53)
  const email = 'kim53@voorbeeld.be'
  const me = await active(browser, world, 'en', 53, { email })
  const desk = await Desk.sits(browser, world, 'en')
  const pages = [me.page, desk.page]

  await step(t, 'every message we sent is in the app', async () => {
    await message(world, email, () => true)
    await menu(me, 'messages')
    await me.page.getByTestId('message').first().waitFor()
    await me.sees('messages')
    const shown = await me.page.locator('main').innerText()
    assert.doesNotMatch(shown, /(?<!\d)\d{5}(?!\d)/, 'never the codes')
  }, pages)
  await step(t, 'one that is not there: what we never do, and what to do now', async () => {
    await me.tap('suspicious')
    await me.sees('suspicious')
    assert.match(await me.page.getByTestId('help-page').getAttribute('href'), /\/help\/a\/suspicious-message/)
    await me.page.getByTestId('to-block').waitFor()
    await home(me)
  }, pages)
  await step(t, 'a link in a message cannot make the app do anything', async () => {
    for (const tail of ['#approve=1', '?rid=apr_1', '#return=abc', '?code=73915']) {
      await me.page.goto(`${world.app}/${tail}`)
      await me.page.locator('[data-screen="home"], [data-screen="stranger"]').waitFor()
      assert.equal(await me.page.locator('[data-screen="approved"]').count(), 0)
    }
    await me.page.goto(world.app)
    await me.at('home')
  }, pages)
  await step(t, 'the address is changed, and the old one hears of it with a stop code', async () => {
    const seen = await seenBy(world, email)
    await menu(me, 'my-data')
    await me.tap('change-email')
    await me.type('email', 'somebody-else@voorbeeld.be')
    await me.tap('continue')
    await confirms(me, 'email')
    const mail = await message(world, email, (m) => stopCodeIn(m.text) !== undefined, seen)
    assert.doesNotMatch(mail.text, /https?:/)
    await desk.blocks(stopCodeIn(mail.text))
    await desk.page.locator('#reactivate').waitFor()
    await ends(me, 'stop_code')
  }, pages)
  await desk.close()
  await me.close()
})
