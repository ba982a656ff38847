// Other ways through the same doors: without script, by keyboard alone, enlarged, in the dark, and into the wall.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { closes, computer, open } from '../browser.mjs'
import { look, shoot, texts } from '../look.mjs'
import { seesFocus, tabTo } from '../people/keyboard.mjs'
import { Login } from '../people/login.mjs'
import { Phone } from '../people/phone.mjs'
import { Service } from '../people/service.mjs'
import { TerminalPhone } from '../people/terminal.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
const lang = 'nl'
const say = texts(lang)
// A guest of the bank: not one of the people whom the other stories are about.
const NUMBER = '+32467000005'
const NATIONAL = NUMBER.replace('+32', '0')
let browser
let hisPhone

before(async () => {
  browser = await open()
  hisPhone = await TerminalPhone.activated(world, { customer: 'guest-5', number: NUMBER })
})
after(() => closes(browser))

/** A computer at the login page. */
async function atLogin(options = {}) {
  const context = await computer(browser, lang, options)
  const page = await context.newPage()
  const service = new Service(page, world, lang)
  const login = new Login(page, lang)
  await service.visits()
  await service.logsIn()
  await login.asksNumber()
  return { context, page, service, login }
}

describe('without JavaScript', () => {
  test('the waiting page refreshes itself and the browser gets in', async () => {
    const { context, page, service, login } = await atLogin({ javaScriptEnabled: false })
    await login.gives(NATIONAL)
    const match = await login.match()
    await shoot(page, 'ways', 'no-script-waiting')
    await hisPhone.waits()
    await hisPhone.approves(match)
    await service.greets('Kim')
    await closes(context)
  })

  test('a refusal arrives too', async () => {
    const { context, login } = await atLogin({ javaScriptEnabled: false })
    await login.gives(NATIONAL)
    await login.match()
    await hisPhone.waits()
    await hisPhone.refuses()
    assert.ok((await login.ended()).includes(say('site.ended.refused.title')))
    await closes(context)
  })
})

describe('by keyboard alone', () => {
  test('the login page, from the first Tab to the waiting page', async () => {
    const { context, page, service, login } = await atLogin()
    await tabTo(page, '#phone')
    await page.keyboard.type(NATIONAL)
    await tabTo(page, '#remember')
    await page.keyboard.press('Space')
    assert.equal(await page.locator('#remember').isChecked(), true)
    await tabTo(page, '#continue')
    await seesFocus(page)
    await shoot(page, 'ways', 'keyboard-login')
    await page.keyboard.press('Enter')
    const match = await login.match()
    await tabTo(page, '#nothing summary')
    await page.keyboard.press('Enter')
    await page.locator('#open-app').waitFor()
    await tabTo(page, '#cancel')
    await page.keyboard.press('Enter')
    assert.match(match, /^\d\d$/)
    await service.isBack()
    await closes(context)
  })

  test('the app, up to the number', async () => {
    const me = await Phone.take(browser, world, lang)
    await me.at('welcome')
    await tabTo(me.page, '[data-testid="terms"]')
    await me.page.keyboard.press('Enter')
    await me.page.locator('dialog[open]').waitFor()
    await me.page.keyboard.press('Escape')
    await me.page.locator('dialog[open]').waitFor({ state: 'detached' })
    await tabTo(me.page, '[data-testid="activate"]')
    await seesFocus(me.page)
    await me.page.keyboard.press('Enter')
    await me.at('number')
    await tabTo(me.page, '[data-testid="number"]')
    await me.page.keyboard.type('0470 99 88 77')
    await me.page.keyboard.press('Enter')
    await me.at('email')
    await tabTo(me.page, '[data-testid="no-email"]')
    await me.page.keyboard.press('Enter')
    await me.at('bank')
    await me.close()
  })
})

describe('enlarged', () => {
  test('at 200 % nothing needs sideways scrolling', async () => {
    // 200 % of a 1280 px window leaves 640 CSS pixels; of a phone, half its width is the stricter reading (WCAG 1.4.10: 320).
    for (const [name, viewport] of [['phone', { width: 390, height: 844 }], ['computer', { width: 640, height: 400 }], ['narrow', { width: 320, height: 256 }]]) {
      const { context, page, service, login } = await atLogin({ viewport, deviceScaleFactor: 2 })
      await look(page, lang, `zoom-${name}-login`, { folder: 'ways' })
      await login.gives(NATIONAL)
      await login.match()
      await look(page, lang, `zoom-${name}-waiting`, { folder: 'ways' })
      await page.locator('#cancel').click()
      await service.isBack()
      await closes(context)
    }
    const me = await Phone.take(browser, world, lang, { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 })
    await me.sees('welcome', 'zoom-welcome', { folder: 'ways' })
    await me.tap('terms')
    await me.sees('welcome', 'zoom-terms', { folder: 'ways' })
    await me.close()
  })

  test('the app on a wide screen keeps one column and says whose it is', async () => {
    const context = await computer(browser, lang)
    const page = await context.newPage()
    await page.goto(world.app)
    await page.locator('[data-screen="welcome"]').waitFor()
    await look(page, lang, 'app-wide', { folder: 'ways' })
    await closes(context)
  })
})

describe('in the dark and without motion', () => {
  test('the app and the login page', async () => {
    const me = await Phone.take(browser, world, lang, { colorScheme: 'dark', reducedMotion: 'reduce' })
    await me.sees('welcome', 'dark-welcome', { folder: 'ways' })
    await me.tap('terms')
    await me.sees('welcome', 'dark-terms', { folder: 'ways' })
    await me.tap('close')
    await me.tap('activate')
    await me.sees('number', 'dark-number', { folder: 'ways' })
    const moving = await me.page.evaluate(() => document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1).length)
    assert.equal(moving, 0, 'nothing moves when reduced motion is asked')
    await me.close()
    const { context, page, login } = await atLogin({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await look(page, lang, 'dark-login', { folder: 'ways' })
    // A phone that nobody called before: who is called too often in a quarter of an hour is left in peace.
    const rested = await TerminalPhone.activated(world, { customer: 'guest-15', number: '+32467000015' })
    await login.gives('0467000015')
    await login.match()
    await look(page, lang, 'dark-waiting', { folder: 'ways' })
    await rested.waits()
    await rested.refuses()
    await login.ended()
    await look(page, lang, 'dark-ended', { folder: 'ways' })
    await closes(context)
  })
})

describe('into the wall', () => {
  test('an error page says the same after a reload, and has an id for the helpdesk', async () => {
    const context = await computer(browser, lang)
    const page = await context.newPage()
    for (const path of ['/authorize?client_id=nobody&redirect_uri=https%3A%2F%2Fnowhere.example%2F&response_type=code', '/login?req=broken', '/no/such/page']) {
      const first = await page.goto(new URL(path, world.issuer).href)
      assert.ok(first.status() >= 400 && first.status() < 500, `${path}: ${first.status()}`)
      await look(page, lang, `error-${path.split(/[?/]/)[1]}`, { folder: 'ways' })
      const words = async () => {
        const id = (await page.locator('#error-id').innerText()).trim()
        assert.match(id, /^[\w-]{6,}$/)
        return (await page.locator('main').innerText()).replace(id, 'id')
      }
      const before = await words()
      await page.reload()
      assert.equal(await words(), before, `${path}: another text after a reload`)
    }
    await closes(context)
  })
})
