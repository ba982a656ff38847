// The story page of the demo, as a newcomer uses it: everything in its frames, by mouse, on one screen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, complaints, computer, open, phone } from '../browser.mjs'
import { look, shoot } from '../look.mjs'
import { Bank } from '../people/bank.mjs'
import { Login } from '../people/login.mjs'
import { smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { activates, CODE as GUEST_CODE, ends, guest, menu, NEW_CODE } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const lang = 'nl'
const jan = world.customers.find((one) => one.id === 'jan')
const CODE = '47138'
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

test('a newcomer activates and logs in without leaving the story page', async (t) => {
  const context = await computer(browser, lang, { viewport: { width: 1600, height: 1100 } })
  const page = await context.newPage()
  const heard = complaints(page)
  await page.goto(world.story)
  const frame = async (id) => {
    const found = await page.locator(`#${id} iframe`).elementHandle()
    return found.contentFrame()
  }
  const app = await frame('phone')
  const me = new Phone(context, app, world, lang)
  const site = await frame('browser')
  const login = new Login(site, lang)

  await step(t, 'phone, browser, inbox and people stand side by side', async () => {
    await me.at('welcome')
    await site.locator('#login').waitFor()
    await look(page, lang, 'start', { folder: 'story' })
  }, [page])
  await step(t, 'the phone frame activates, through the bank and back', async () => {
    await me.tap('activate')
    await me.type('number', jan.number.replace('+32 ', '0'))
    await me.tap('continue')
    await me.tap('no-email')
    await me.tap('bank-cbc')
    const bank = new Bank(app, lang)
    await bank.arrives()
    await app.locator('#customer-jan').click()
    await app.locator('#challenge').waitFor()
    await shoot(page, 'story', 'bank')
    await bank.signs(await bank.usesReader(jan.pin))
    await me.at('sms')
    const inbox = await frame('inbox')
    // Other stories are told in this world at the same time: the SMS on top may be somebody else's.
    const sms = await smsCode(world, jan.number)
    await inbox.getByText(sms.code).first().waitFor()
    await look(page, lang, 'sms', { folder: 'story' })
    await me.type('sms', sms.code)
    await me.tap('continue')
    await me.choosesCode(CODE)
  }, [page])
  await step(t, 'the browser frame logs in', async () => {
    await site.locator('#login').click()
    await login.asksNumber()
    await login.gives(jan.number.replace('+32 ', '0'))
    const match = await login.match()
    await shoot(page, 'story', 'waiting')
    await me.opens(match)
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await me.at('approved')
    await site.locator('#hello').filter({ hasText: 'Jan' }).waitFor({ timeout: 20_000 })
    await look(page, lang, 'inside', { folder: 'story' })
  }, [page])
  assert.deepEqual(heard, [])
  await closes(context)
})

test('a visitor loses a phone and gets back, without leaving the story page', { timeout: 240_000 }, async (t) => {
  const who = guest(67)
  const context = await computer(browser, lang, { viewport: { width: 1600, height: 1100 } })
  const page = await context.newPage()
  const heard = complaints(page)
  await page.goto(`${world.story}/?chapter=lost`)
  const frame = async (id) => (await page.locator(`#${id} iframe`).elementHandle()).contentFrame()
  const me = new Phone(context, await frame('phone'), world, lang)
  const site = await frame('browser')
  const login = new Login(site, lang)
  let code
  let sub

  const enters = async (digits) => {
    if (await site.locator('#logout').isVisible()) await site.locator('#logout').click()
    await site.locator('#login').click()
    await login.asksNumber()
    await login.gives(who.number.replace('+32 ', '0'))
    await me.opens(await login.match())
    await me.tap('continue')
    await me.code(digits)
    await me.tap('approve')
    await me.at('approved')
    await site.locator('#sub').waitFor({ timeout: 20_000 })
    return (await site.locator('#sub').innerText()).trim()
  }
  await step(t, 'a phone that works, and its block code on paper', async () => {
    await look(page, lang, 'lost', { folder: 'story' })
    await activates(me, who)
    sub = await enters(GUEST_CODE)
    await me.tap('to-home')
    await menu(me, 'safety')
    await me.tap('to-block-code')
    code = (await me.page.locator('p[data-testid="block-code"]').textContent()).trim()
  }, [page])
  await step(t, 'lost: an empty phone in its place, and what to do next', async () => {
    await page.locator('[data-lose]').click()
    await me.at('welcome')
    assert.equal(await page.locator('[data-phone]').count(), 2)
    await page.locator('[data-lost]').waitFor()
    await look(page, lang, 'lost-now', { folder: 'story' })
  }, [page])
  await step(t, 'blocked in the browser frame', async () => {
    await page.locator('#lost [data-go]').click()
    await site.locator('#code').fill(code)
    await site.locator('#block-now').click()
    await site.locator('#reactivate').waitFor()
    await page.locator('[data-phone="1"]').click()
    await ends(me, 'block_code')
    await shoot(page, 'story', 'lost-blocked')
    await page.locator('[data-phone="2"]').click()
    await me.at('welcome')
  }, [page])
  await step(t, 'back on the new phone with the bank, and the municipality knows who it is', async () => {
    assert.ok(await activates(me, who, { way: 'reactivate', code: NEW_CODE }))
    await page.locator('[data-home]').click()
    await site.locator('#login, #logout').first().waitFor()
    assert.equal(await enters(NEW_CODE), sub)
    await look(page, lang, 'lost-and-back', { folder: 'story' })
  }, [page])
  assert.deepEqual(heard, [])
  await closes(context)
})

test('four services open in the browser frame, each with a sentence', async () => {
  const context = await computer(browser, lang, { viewport: { width: 1600, height: 1100 } })
  const page = await context.newPage()
  const heard = complaints(page)
  for (const [chapter, id, button] of [['login', 'town', 'login'], ['share', 'energy', 'login'], ['pay', 'housing', 'pay'], ['login', 'fund', 'login']]) {
    await page.goto(`${world.story}/?chapter=${chapter}`)
    await page.locator(`#${chapter} a[data-service="${id}"]`).click()
    const site = await (await page.locator('#browser iframe').elementHandle()).contentFrame()
    await site.locator(`body.${id} #${button}`).waitFor()
    await look(page, lang, `service-${id}`, { folder: 'story' })
  }
  assert.deepEqual(heard, [])
  await closes(context)
})

test('on a narrow screen the story is told in tabs', async () => {
  const context = await phone(browser, lang)
  const page = await context.newPage()
  await page.goto(world.story)
  await look(page, lang, 'narrow', { folder: 'story' })
  for (const tab of await page.locator('[data-shows]').all()) {
    await tab.click()
    await look(page, lang, `narrow-${await tab.getAttribute('data-shows')}`, { folder: 'story' })
  }
  await closes(context)
})

for (const other of ['fr', 'de', 'en']) {
  test(`the story page in ${other}`, async () => {
    const context = await computer(browser, other)
    const page = await context.newPage()
    await page.goto(world.story)
    await (await (await page.locator('#phone iframe').elementHandle()).contentFrame()).locator('[data-screen="welcome"]').waitFor()
    await look(page, other, `start-${other}`, { folder: 'story' })
    await page.goto(world.inbox)
    await look(page, other, `inbox-${other}`, { folder: 'story' })
    await page.goto(world.issuer)
    await look(page, other, `front-${other}`, { folder: 'story' })
    await closes(context)
  })
}
