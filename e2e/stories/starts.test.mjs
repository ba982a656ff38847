// Three ways to start a login, and the ways that lead nowhere: a link that was sent on, a page opened in another browser, a number
// that nobody may find.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { closes, computer, open } from '../browser.mjs'
import { openWithCamera } from '../camera.mjs'
import { look, shoot, texts } from '../look.mjs'
import { guestNumber } from '../people/guests.mjs'
import { press } from '../people/keyboard.mjs'
import { Login } from '../people/login.mjs'
import { Service } from '../people/service.mjs'
import { readWorld } from '../world.mjs'
import { active, CODE, Desk, FIRST_NAME, home, menu, national } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const film = join(mkdtempSync(join(tmpdir(), 'zelf-film-')), 'code.y4m')
const folder = 'starts'
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

/** A computer at the first page of a login. */
async function begins(lang, more = {}) {
  const desk = await Desk.sits(browser, world, lang, more)
  await desk.service.visits()
  await desk.service.logsIn()
  await desk.page.locator('#title').waitFor()
  return desk
}

const approves = async (me) => {
  await me.tap('continue')
  await me.at('approval-code')
  await me.code(CODE)
  await me.tap('approve')
  await me.at('approved')
}

test('a person scans the code on the computer with the phone', { timeout: 240_000 }, async (t) => {
  const lang = 'nl'
  const me = await active(withCamera, world, lang, 81)
  const desk = await begins(lang)
  const pages = [me.page, desk.page]
  await step(t, 'three ways; the code first', async () => {
    await look(desk.page, lang, 'three-ways', { folder, whole: true })
    const order = await desk.page.locator('#start-qr, #start-link, #phone').evaluateAll((all) => all.map((one) => one.id))
    assert.deepEqual(order, ['start-qr', 'start-link', 'phone'])
  }, pages)
  await step(t, 'the code changes by itself', async () => {
    await desk.login.showsCode()
    await look(desk.page, lang, 'code', { folder, whole: true })
    const first = await desk.page.locator('#qr').getAttribute('src')
    await desk.page.waitForFunction((src) => document.getElementById('qr').getAttribute('src') !== src, first)
    const second = await desk.page.locator('#qr').getAttribute('src')
    assert.match(second, /^data:image\/svg\+xml/, 'drawn by the stream, without a reload')
    await desk.page.waitForFunction((src) => document.getElementById('qr').getAttribute('src') !== src, second)
  }, pages)
  await step(t, 'the camera sees it; the page says so and stops showing it', async () => {
    await me.scansFrom(desk.page, '#qr', film)
    await desk.login.scanned()
    await look(desk.page, lang, 'scanned', { folder, whole: true })
    assert.equal(await desk.page.locator('#qr').count(), 0)
  }, pages)
  await step(t, 'approved, and the computer is in', async () => {
    await approves(me)
    await desk.service.greets(FIRST_NAME)
  }, pages)
  await me.close()
  await desk.close()
})

test('without JavaScript the code changes as well', { timeout: 180_000 }, async () => {
  const lang = 'fr'
  const me = await active(withCamera, world, lang, 82)
  const context = await computer(browser, lang, { javaScriptEnabled: false })
  const page = await context.newPage()
  const service = new Service(page, world, lang)
  const login = new Login(page, lang)
  await service.visits()
  await service.logsIn()
  const first = await login.showsCode()
  await shoot(page, folder, 'no-script-code', { whole: true })
  await page.waitForTimeout(2500)
  const second = await login.code()
  assert.notEqual(second, first)
  await me.scansFrom(page, '#qr', film)
  await login.scanned()
  await approves(me)
  await service.greets(FIRST_NAME)
  await me.close()
  await closes(context)
})

test('by keyboard alone: to the code and back to the other ways', async () => {
  const desk = await begins('en')
  await press(desk.page, '#start-qr')
  await desk.page.locator('#qr').waitFor()
  await press(desk.page, '#other-way')
  await desk.page.locator('#start-link').waitFor()
  await press(desk.page, '#start-link')
  await desk.page.locator('#open-app').waitFor()
  await look(desk.page, 'en', 'keyboard-link', { folder, whole: true })
  await press(desk.page, '#cancel')
  await desk.service.isBack()
  await desk.close()
})

test('the app on the same device opens, and brings the browser back', { timeout: 180_000 }, async (t) => {
  const lang = 'de'
  const me = await active(browser, world, lang, 83)
  const service = new Service(me.page, world, lang)
  const login = new Login(me.page, lang)
  await service.visits()
  await service.logsIn()
  await step(t, 'on a phone the app comes first', async () => {
    await me.page.locator('#start-link').waitFor()
    await look(me.page, lang, 'phone-three-ways', { folder, whole: true })
  }, [me.page])
  await step(t, 'one tap on a link opens it', async () => {
    const href = await login.showsLink()
    assert.match(href, /\/r#apr_[\w-]+$/)
    await look(me.page, lang, 'phone-link', { folder, whole: true })
    await me.page.locator('#open-app').click()
    await me.at('approval')
  }, [me.page])
  await step(t, 'approved: the service greets in the same browser', async () => {
    await me.tap('continue')
    await me.at('approval-code')
    await me.code(CODE)
    await me.tap('approve')
    await service.greets(FIRST_NAME)
  }, [me.page])
  await me.close()
})

test('refused on the same device: the browser goes back to the service, which says so', { timeout: 180_000 }, async (t) => {
  const lang = 'fr'
  const me = await active(browser, world, lang, 80)
  const service = new Service(me.page, world, lang)
  await service.visits()
  await service.logsIn()
  await new Login(me.page, lang).showsLink()
  await step(t, 'the app opens, and the person refuses', async () => {
    await me.page.locator('#open-app').click()
    await me.at('approval')
    await me.tap('refuse')
    await me.at('answer-refused')
  }, [me.page])
  await step(t, 'the service says that nobody was logged in', async () => {
    await me.page.locator('#notice').filter({ hasText: texts(lang)('service.denied') }).waitFor({ timeout: 20_000 })
    await look(me.page, lang, 'refused-back', { folder, whole: true })
  }, [me.page])
  await me.close()
})

test('a link that was sent on logs nobody in, and tells the person how it is', { timeout: 180_000 }, async (t) => {
  const lang = 'nl'
  const me = await active(browser, world, lang, 84)
  const thief = await begins(lang)
  const link = await thief.login.showsLink()
  const hers = new Login(me.page, lang)
  await step(t, 'she follows it and even approves', async () => {
    await me.follows(link)
    await me.at('approval')
    await me.tap('continue')
    await me.at('approval-code')
    await me.code(CODE)
    await me.tap('approve')
  }, [me.page, thief.page])
  await step(t, 'her browser says that the login began elsewhere and that nothing is wrong', async () => {
    const words = await hers.elsewhere()
    assert.ok(words.includes(texts(lang)('site.elsewhere.fine')))
    await look(me.page, lang, 'sent-on', { folder, whole: true })
  }, [me.page, thief.page])
  await step(t, 'his stays where it was, also after a reload', async () => {
    await thief.page.locator('[data-state="approved"]').waitFor({ timeout: 20_000 })
    await look(thief.page, lang, 'approved-not-back', { folder, whole: true })
    await thief.page.reload()
    await thief.page.locator('[data-state="approved"]').waitFor()
  }, [me.page, thief.page])
  await step(t, 'from there she goes on to the service and begins anew', async () => {
    await me.page.locator('#front').click()
    await me.page.locator('#login').waitFor()
  }, [me.page, thief.page])
  await me.close()
  await thief.close()
})

for (const lang of ['nl', 'fr', 'de', 'en']) {
  test(`the page of a login opened in another browser (${lang})`, async () => {
    const desk = await begins(lang)
    await desk.login.gives(national(guestNumber(88)))
    await desk.login.match()
    const other = await computer(browser, lang)
    const page = await other.newPage()
    await page.goto(desk.page.url())
    const words = await new Login(page, lang).elsewhere()
    assert.ok(words.includes(texts(lang)('site.elsewhere.there')))
    await look(page, lang, `other-browser-${lang}`, { folder, whole: true })
    await desk.page.locator('#match').waitFor()
    await closes(other)
    await desk.close()
  })
}

test('whoever is not found by number still logs in with the code', { timeout: 180_000 }, async (t) => {
  const lang = 'en'
  const me = await active(withCamera, world, lang, 85)
  await step(t, 'switched off on the phone', async () => {
    await menu(me, 'safety')
    const off = me.page.getByTestId('switch-findable')
    await off.click()
    await me.page.locator('[data-testid="switch-findable"][aria-checked="false"]').waitFor()
    await home(me)
  }, [me.page])
  const desk = await begins(lang)
  await step(t, 'a typed number rings nobody, and the page does not say so', async () => {
    await desk.login.gives(national(guestNumber(85)))
    await desk.login.match()
    await desk.page.waitForTimeout(4000)
    assert.equal(await me.page.getByTestId('request').count(), 0)
  }, [me.page, desk.page])
  await step(t, 'the code does', async () => {
    await desk.page.locator('#cancel').click()
    await desk.service.isBack()
    await desk.service.logsIn()
    const text = await desk.login.showsCode()
    // The phone's own camera app opens zelf; it takes nothing that an address brings, and asks to scan it inside.
    await me.follows(text)
    await me.at('scan')
    await me.page.locator('[data-problem="scan_here"]').waitFor()
    await look(me.page, lang, 'scan-inside', { folder, whole: true })
    await me.tap('back')
    await me.scansFrom(desk.page, '#qr', film)
    await approves(me)
    await desk.service.greets(FIRST_NAME)
  }, [me.page, desk.page])
  await me.close()
  await desk.close()
})
