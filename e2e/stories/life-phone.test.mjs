// A new phone with the old one in hand: the old one scans, both show the same six words, and neither bank nor card nor SMS is needed.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { films, openWithCamera } from '../camera.mjs'
import { guestNumber } from '../people/guests.mjs'
import { message, seenBy, stopCodeIn } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { active, CODE, Desk, ends, menu, NEW_CODE } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const film = join(mkdtempSync(join(tmpdir(), 'zelf-film-')), 'qr.y4m')
let browser
let withCamera

before(async () => {
  browser = await open()
  withCamera = await openWithCamera(film)
})
after(async () => {
  await closes(withCamera)
  await closes(browser)
})

/** The new phone, where it shows the code to scan. */
async function shows(lang) {
  const me = await Phone.counting(browser, world, lang)
  await me.at('welcome')
  await me.tap('old-phone')
  await me.page.getByTestId('qr').waitFor()
  const words = (await me.page.getByTestId('words').locator('li').allInnerTexts()).map((word) => word.trim())
  assert.equal(words.length, 6)
  return { me, words, text: await me.page.getByTestId('qr').getAttribute('data-text') }
}

/** What the old phone shows to its owner has the words in it. */
async function sameWords(old, words) {
  await old.at('confirm-act')
  const fields = (await old.page.getByTestId('fields').innerText()).toLowerCase().replace(/\s+/g, ' ')
  assert.ok(fields.includes(words.join(' ').toLowerCase()), `${fields}: ${words}`)
}

test('the old phone scans: four screens, no limit, and the old one is out', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(30)
  const old = await active(withCamera, world, 'nl', 30)
  const desk = await Desk.sits(browser, world, 'nl')
  const sub = await desk.enters(old, number)
  const seen = await seenBy(world, number)
  const { me, words } = await shows('nl')
  const pages = [old.page, me.page, desk.page]

  await step(t, 'the new phone shows a code and six words', async () => me.sees('vouch'), pages)
  await step(t, 'the old one looks at it', async () => {
    await films(me.page, '[data-testid="qr"]', film)
    await old.context.grantPermissions(['camera'], { origin: new URL(world.app).origin })
    await menu(old, 'new-phone')
    await old.sees('new-phone')
    await old.tap('scan')
    await old.page.locator('[data-screen="confirm-act"]').waitFor({ timeout: 40_000 })
    await sameWords(old, words)
    await old.sees('confirm-act', 'vouching')
  }, pages)
  await step(t, 'its code decides; the new phone goes on by itself', async () => {
    await old.code(CODE)
    await old.tap('approve')
    await me.page.locator('[data-screen="code"]').waitFor({ timeout: 40_000 })
    await me.sees('code', 'code-vouched')
    await me.choosesCode(NEW_CODE)
    assert.equal(await me.page.getByTestId('limited').count(), 0, 'the old phone vouched')
    await ends(old, 'replaced')
  }, pages)
  await step(t, 'few screens on each phone', async () => {
    assert.deepEqual(me.acts, ['welcome', 'code'])
  }, pages)
  await step(t, 'the municipality knows the same person; the contacts have a stop code', async () => {
    assert.equal(await desk.enters(me, number, NEW_CODE), sub)
    await message(world, number, (m) => m.kind === 'sms' && stopCodeIn(m.text), seen)
  }, pages)
  await desk.close()
  await me.close()
  await closes(old.context)
})

test('without a camera the text is typed; a link with the same text in it does nothing', { timeout: 180_000 }, async (t) => {
  const old = await active(browser, world, 'fr', 31)
  const { me, words, text } = await shows('fr')
  const pages = [old.page, me.page]

  await step(t, 'a link leads nowhere: neither by hash nor by query', async () => {
    for (const tail of [`#${text}`, `?${new URLSearchParams({ scanned: text })}`, `#scanned=${encodeURIComponent(text)}`, `?new=${encodeURIComponent(text)}`]) {
      await old.page.goto(`${world.app}/${tail}`)
      await old.at('home')
      await old.page.waitForTimeout(500)
      assert.equal(await old.page.getByTestId('request').count(), 0)
      assert.equal(await old.page.locator('[data-screen="confirm-act"]').count(), 0)
    }
  }, pages)
  await step(t, 'something else than such a code is said to be something else', async () => {
    await menu(old, 'new-phone')
    await old.type('scanned', `https://zelf.example/?scanned=${text}`)
    await old.tap('continue')
    await old.problem('scan_strange')
    await old.sees('new-phone', 'scan-strange')
  }, pages)
  await step(t, 'typed as it stands there, it asks person and code with the same six words', async () => {
    await old.type('scanned', (await me.page.getByTestId('vouch-text').textContent()).trim())
    await old.tap('continue')
    await sameWords(old, words)
    await old.code(CODE)
    await old.tap('approve')
    await me.page.locator('[data-screen="code"]').waitFor({ timeout: 40_000 })
    await me.choosesCode(NEW_CODE)
    await ends(old, 'replaced')
  }, pages)
  await me.close()
  await old.close()
})

test('refused on the old phone: the new one gets nothing', { timeout: 180_000 }, async () => {
  const old = await active(browser, world, 'de', 32)
  const { me, text } = await shows('de')
  await menu(old, 'new-phone')
  await old.type('scanned', text)
  await old.tap('continue')
  await old.at('confirm-act')
  await old.tap('refuse')
  await old.page.locator('[data-done="refused"]').waitFor()
  await old.sees('new-phone', 'vouch-refused')
  await me.page.waitForTimeout(2_000)
  assert.equal(await me.page.locator('[data-screen="code"]').count(), 0)
  await closes(me.context)
  await old.close()
})
