// What a service may ask besides a login: data of which some may be left out, a payment, a text; and a service that kept its
// integration for the /v2 contract and changed the address alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { look, texts } from '../look.mjs'
import { guestNumber } from '../people/guests.mjs'
import { tabTo } from '../people/keyboard.mjs'
import { Service } from '../people/service.mjs'
import { readWorld } from '../world.mjs'
import { active, CODE, Desk, FIRST_NAME, national } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const folder = 'kinds'
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

/** A computer at the website of this service, and a phone. */
async function at(lang, id, n) {
  const me = await active(browser, world, lang, n)
  const desk = await Desk.sits(browser, world, lang)
  const service = new Service(desk.page, world, lang, id)
  await service.visits()
  return { me, desk, service, number: national(guestNumber(n)), pages: [me.page, desk.page] }
}

test('data is shared, and what is not needed stays with the person', { timeout: 180_000 }, async (t) => {
  const lang = 'nl'
  const { me, desk, service, number, pages } = await at(lang, 'stroom', 86)
  await step(t, 'the supplier says what it needs', async () => {
    await look(desk.page, lang, 'energy', { folder, whole: true })
    await service.logsIn()
    await desk.login.asksNumber()
    await desk.login.gives(number)
  }, pages)
  await step(t, 'one datum is left out', async () => {
    await me.shares({ match: await desk.login.match(), code: CODE, without: ['phone_number'] })
  }, pages)
  await step(t, 'the supplier gets the rest', async () => {
    await service.greets(FIRST_NAME)
    await look(desk.page, lang, 'energy-shared', { folder, whole: true })
    const learnt = await service.learnt()
    const say = texts(lang)
    assert.ok(learnt.includes(say('claim.address')), learnt)
    assert.ok(!learnt.includes(say('claim.phone_number')), learnt)
    assert.ok(!(await desk.page.locator('main').innerText()).includes(guestNumber(86)))
  }, pages)
  await me.close()
  await desk.close()
})

test('a deposit is paid, then the house rules are read to their end and confirmed', { timeout: 240_000 }, async (t) => {
  const lang = 'nl'
  const { me, desk, service, number, pages } = await at(lang, 'wonen', 87)
  const say = texts(lang)
  await step(t, 'the login page speaks of paying', async () => {
    await look(desk.page, lang, 'housing', { folder, whole: true })
    await service.asks('pay')
    await desk.login.asksNumber()
    assert.equal(await desk.page.locator('#title').innerText(), say('site.start.pay_title'))
    await look(desk.page, lang, 'pay-login', { folder, whole: true })
    await desk.login.gives(number)
  }, pages)
  await step(t, 'amount and payee on the phone', async () => {
    await me.pays({ match: await desk.login.match(), code: CODE, amount: '850,00 EUR', payee: say('service.housing.name') })
    await service.did('pay')
    await look(desk.page, lang, 'paid', { folder, whole: true })
  }, pages)
  await step(t, 'the landlord knows who it is: no number is asked', async () => {
    await me.tap('to-home')
    await service.asks('confirm')
    await desk.page.locator('#known').waitFor()
    await look(desk.page, lang, 'known', { folder, whole: true })
    assert.equal(await desk.page.locator('#phone').count(), 0)
  }, pages)
  await step(t, 'the button opens at the end of the text', async () => {
    const match = await desk.login.match()
    await me.opensKind('text')
    assert.equal(await me.page.locator('[data-testid="continue"]:not([disabled])').count(), 0, 'not before it was read')
    await me.reads()
    await me.type('match', match)
    await me.says(CODE)
    await service.did('confirm')
    await look(desk.page, lang, 'confirmed', { folder, whole: true })
    const { head, claims } = await service.proof()
    assert.deepEqual([head.typ, claims.kind, claims.dec, claims.lang], ['zelf-evidence+jwt', 'text', 'approve', lang])
    assert.ok(claims.text.includes(say('service.housing.rules').split('</b>')[0].replace('<b>', '')), 'what was read stands in it')
  }, pages)
  await step(t, 'with keys alone as well', async () => {
    await me.tap('to-home')
    await service.asks('confirm')
    const match = await desk.login.match()
    await me.opens()
    await tabTo(me.page, '[data-testid="text-end"]')
    await me.page.locator('[data-testid="continue"]:not([disabled])').waitFor()
    await tabTo(me.page, '[data-testid="match"]')
    await me.page.keyboard.type(match)
    await me.says(CODE)
    await service.did('confirm')
  }, pages)
  await me.close()
  await desk.close()
})

test('who refuses a payment has paid nothing, and the page says so', { timeout: 180_000 }, async () => {
  const lang = 'en'
  const { me, desk, service, number } = await at(lang, 'wonen', 89)
  await service.asks('pay')
  await desk.login.asksNumber()
  await desk.login.gives(number)
  await me.opensKind('payment', await desk.login.match(), 'payment-refused')
  await me.tap('refuse')
  assert.ok((await desk.login.ended()).includes(texts(lang)('site.ended.refused.other', { service: texts(lang)('service.housing.name') })))
  await look(desk.page, lang, 'payment-refused', { folder, whole: true })
  await desk.page.locator('#back').click()
  await service.isBack()
  await me.close()
  await desk.close()
})

test('a service with an integration for the /v2 contract logs in by the new address', { timeout: 180_000 }, async (t) => {
  const lang = 'fr'
  const { me, desk, service, number, pages } = await at(lang, 'ziekenfonds', 90)
  await step(t, 'its button leads to the same pages', async () => {
    await look(desk.page, lang, 'fund', { folder, whole: true })
    await service.logsIn()
    await desk.login.asksNumber()
    await desk.login.gives(number)
  }, pages)
  await step(t, 'the phone shares, the fund reads its sealed answer', async () => {
    await me.shares({ match: await desk.login.match(), code: CODE })
    await service.greets(FIRST_NAME)
    await look(desk.page, lang, 'fund-inside', { folder, whole: true })
    assert.equal((await service.sub()).length, 36)
  }, pages)
  await me.close()
  await desk.close()
})
