// Other ways from a card to a token: without scripts, with the Web eID extension, by keyboard alone; and ways that end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { closes, computer as atComputer, open } from '../browser.mjs'
import { look, texts } from '../look.mjs'
import { Activation } from '../people/activation.mjs'
import { CardProgram } from '../people/card-program.mjs'
import { guest, HOLDERS } from '../people/card-holders.mjs'
import { press, tabTo } from '../people/keyboard.mjs'
import { Phone } from '../people/phone.mjs'
import { Reader } from '../people/reader.mjs'
import { readWorld } from '../world.mjs'
import { atReader, getsToken, readsCard, typesSms, typesToken } from './at-computer.mjs'
import { choosesCode } from './seed-004.mjs'
import { step } from './step.mjs'

const world = readWorld()
let browser
let reader

before(async () => {
  browser = await open()
  reader = await Reader.plugIn(world)
})
after(async () => {
  await reader?.unplug()
  await closes(browser)
})

const place = (lang, holder, more = {}) => ({ browser, world, reader, lang, holder, more })

describe('ways to a token', () => {
  test('without scripts: half a minute of waiting, eight characters, six digits', { timeout: 120_000 }, async () => {
    const holder = guest(1)
    const computer = await Activation.visits(browser, world, 'en', { javaScriptEnabled: false })
    await computer.gives({ number: holder.number })
    await computer.page.locator('#go-on').waitFor()
    await computer.sees('no-script-wait')
    await computer.page.locator('#live').waitFor({ timeout: 45_000 })
    await computer.sees('no-script-reader')
    await reader.insert({ person: holder.card, applet: '1.8' })
    const { digits } = await CardProgram.start(world, reader, { code: await computer.code() }).returns()
    // The page comes anew by itself, not more often than a code can be read.
    await computer.page.locator('#elsewhere summary').click({ timeout: 40_000 })
    await wrongDigits(computer, digits)
    await computer.page.locator('#digits').fill(digits.replace(/(...)/, '$1 '))
    await computer.page.locator('#send-digits').click()
    await computer.token()
    await computer.sees('no-script-token')
    await computer.close()
  })

  test('the Web eID extension in place of the card program', async () => {
    const holder = HOLDERS.klaus
    const all = place('de', holder)
    const computer = await Activation.visits(browser, world, 'de')
    await extension(computer, holder)
    await computer.toReader({ number: holder.number })
    await computer.page.locator('#web-eid-start').waitFor()
    await computer.sees('web-eid')
    await computer.page.locator('#web-eid-start').click()
    const me = await typesToken(all, await computer.token())
    await typesSms(me, world, holder)
    await choosesCode(me, '47138')
    assert.equal((await me.page.getByTestId('first-name').textContent()).trim(), holder.first_name)
    await me.close()
    await computer.close()
  })

  test('by keyboard alone, on the computer and on the phone', { timeout: 120_000 }, async (t) => {
    const holder = guest(2)
    const computer = await Activation.visits(browser, world, 'nl')
    const me = await Phone.take(browser, world, 'nl')
    const pages = [computer.page, me.page]
    let token

    await step(t, 'details and terms', async () => {
      const { page } = computer
      await tabTo(page, '#phone')
      await page.keyboard.type(holder.number.replace('+32 ', '0'))
      await press(page, '#no_email', 'Space')
      await press(page, '#location', 'Space')
      await press(page, '#terms', 'Space')
      await press(page, '#continue')
      await page.locator('#live').waitFor()
    }, pages)
    await step(t, 'the eight characters, the card, the token', async () => {
      await press(computer.page, '#typed summary')
      await computer.page.locator('#code').waitFor()
      const back = await readsCard(computer, reader, { holder, applet: '1.7' })
      await computer.isOpened(back.return)
      token = await computer.token()
      await tabTo(computer.page, '#new-token')
    }, pages)
    await step(t, 'terms and number on the phone', async () => {
      await me.at('welcome')
      await press(me.page, '[data-testid="activate-eid"]')
      await me.at('token')
      await tabTo(me.page, '[data-testid="number"]')
      await me.page.keyboard.type(holder.number.replace('+32 ', '0'))
    }, pages)
    await step(t, 'token, control code, code twice', async () => {
      await tabTo(me.page, '[data-testid="token"]')
      await me.page.keyboard.type(token)
      await me.page.keyboard.press('Enter')
      await me.at('sms')
      await typesSms(me, world, holder)
      await me.at('code')
      await me.page.keyboard.type('4713847138')
      await me.page.locator('[data-testid="continue"]:not([aria-disabled="true"])').waitFor()
      await me.page.keyboard.press('Enter')
      await me.at('home')
    }, pages)
    await me.close()
    await computer.close()
  })
})

describe('ways that end, or begin again', () => {
  test('the card program comes back in another browser: both are told, nobody gets a token', async () => {
    const holder = guest(3)
    const computer = await atReader(place('nl', holder))
    const back = await readsCard(computer, reader, { holder })
    const other = await atComputer(browser, 'nl')
    const page = await other.newPage()
    await page.goto(back.return)
    await page.locator('#error-code').waitFor()
    await look(page, 'nl', 'computer-other-browser')
    assert.equal(await page.locator('#token').count(), 0)
    assert.equal(await computer.ended(), 'other_browser')
    await computer.sees('ended-other-browser')
    await closes(other)
    await computer.close()
  })

  test('two card programs for one page: the second ends it', async () => {
    const holder = guest(4)
    const computer = await atReader(place('fr', holder))
    await reader.pullOut()
    const session = await computer.session()
    const first = CardProgram.start(world, reader, { session })
    await first.asks()
    const second = CardProgram.start(world, reader, { session, wait: 3 })
    assert.equal(await second.fails(), 'session_taken')
    assert.equal(await computer.ended(), 'two_programs')
    await computer.sees('ended-two-programs')
    await first.stop()
    await computer.close()
  })

  test('a wrong PIN is told with the tries that are left; the same page goes on with a new code', async () => {
    const holder = guest(5)
    const computer = await atReader(place('nl', holder))
    await reader.insert({ person: holder.card, applet: '1.8' })
    const wrong = CardProgram.start(world, reader, { session: await computer.session(), pin: '9999' })
    assert.equal(await wrong.fails(), 'pin_wrong')
    await computer.hears(texts('nl')('app.left.more', { left: 2 }))
    const again = computer.page.locator('#again')
    if (!(await again.isVisible())) await computer.page.locator('#nothing summary').click()
    await computer.sees('again')
    await again.click()
    const back = await CardProgram.start(world, reader, { session: await computer.session() }).returns()
    await computer.isOpened(back.return)
    await computer.token()
    await computer.close()
  })

  for (const [fault, code, lang] of [['revoked', 'certificate_revoked', 'nl'], ['expired', 'card_expired', 'fr'], ['tampered-address', 'address_signature', 'de'], ['minor', 'too_young', 'en']]) {
    test(`a card that does not count (${fault}): one sentence, here and in the card program`, async () => {
      const holder = guest(10 + fault.length)
      const computer = await atReader(place(lang, holder))
      await reader.insert({ person: holder.card, fault })
      const program = CardProgram.start(world, reader, { session: await computer.session() })
      assert.equal(await program.fails(), code)
      const said = program.lines.find((line) => line.error)
      assert.equal(said.happened, texts(lang)(`card.error.${code}`))
      await computer.page.locator('main').filter({ hasText: said.happened }).waitFor()
      await computer.sees(`card-${fault}`)
      await computer.close()
    })
  }

  test('five wrong tokens end it, on the phone and on the computer', async () => {
    const holder = guest(6)
    const all = place('nl', holder)
    const { computer, token } = await getsToken(all)
    const wrong = ['2', '3', '4', '5', '7', 'a'].filter((sign) => sign !== token[5]).map((sign) => token.slice(0, 5) + sign)
    const me = await typesToken(all, wrong[0])
    await typesSms(me, world, holder)
    for (const next of wrong.slice(1, 5)) {
      await me.problem('token_')
      await me.page.locator('[data-testid="continue"][aria-disabled="false"]').waitFor()
      await me.type('token', next)
      await me.tap('continue')
    }
    await me.sees('refused', 'refused-token')
    assert.equal(await me.page.getByTestId('refusal').getAttribute('data-refusal'), 'token_exhausted')
    assert.equal(await computer.ended(), 'token_exhausted')
    await computer.sees('ended-token')
    await me.close()
    await computer.close()
  })

  test('a new token kills the old one; the number and the SMS stay good', async () => {
    const holder = guest(7)
    const all = place('nl', holder)
    const { computer, token } = await getsToken(all)
    const me = await typesToken(all, token)
    const fresh = await computer.newToken()
    assert.notEqual(fresh, token)
    await typesSms(me, world, holder)
    await me.problem('token_')
    await me.type('token', fresh)
    await me.tap('continue')
    await me.at('code')
    await me.close()
    await computer.close()
  })

  test('"that is not my phone" stops the phone', async () => {
    const holder = guest(8)
    const all = place('nl', holder)
    const { computer, token } = await getsToken(all)
    const me = await typesToken(all, token)
    await typesSms(me, world, holder)
    await me.at('code')
    await computer.page.locator('#not-mine').click()
    await computer.page.locator('h1').filter({ hasText: texts('nl')('site.activate.ended.stopped_title') }).waitFor()
    await computer.sees('ended-stopped')
    if (!(await me.page.locator('[data-screen="refused"]').isVisible())) {
      await me.code('4713847138').catch(() => undefined)
      await me.tap('continue').catch(() => undefined)
    }
    await me.sees('refused', 'refused-stopped')
    await me.close()
    await computer.close()
  })
})

/** Once wrong: the tries that are left are told. */
async function wrongDigits(computer, digits) {
  await computer.page.locator('#digits').fill(digits.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)))
  await computer.page.locator('#send-digits').click()
  await computer.page.locator('#error').waitFor()
  await computer.sees('digits-wrong')
}

/** Stands in for the Web eID extension: a content script that hears the page and asks the card. */
async function extension(computer, holder) {
  await computer.page.exposeFunction('cardSigns', (origin, nonce) => reader.token({ person: holder.card, applet: '1.8' }, origin, nonce))
  await computer.page.addInitScript(() => {
    window.addEventListener('message', async ({ data, source }) => {
      const action = data?.action
      if (source !== window || !['web-eid:status', 'web-eid:authenticate'].includes(action)) return
      const says = (what, more = {}) => window.postMessage({ action: `${action}-${what}`, ...more }, location.origin)
      says('ack')
      if (action === 'web-eid:status') return says('success', { library: '2.0.2', extension: '2.3.1', nativeApp: '2.6.0' })
      says('success', await window.cardSigns(location.origin, data.challengeNonce))
    })
  })
}
