// The helpdesk: somebody lost a number and writes; two people with keys change it, and a clock runs on both sides.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { closes, computer, open, phone } from '../browser.mjs'
import { look, texts } from '../look.mjs'
import { guestNumber } from '../people/guests.mjs'
import { Worker, letIn, verifyLog } from '../people/helpdesk.mjs'
import { TerminalPhone } from '../people/terminal.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
const GUEST = 88
const OLD = guestNumber(GUEST).replaceAll(' ', '')
const NEW = '+32472000088'
const say = texts('nl')
let browser
let theirPhone
let ticket
let reference
const staff = {}

before(async () => {
  browser = await open()
  theirPhone = await TerminalPhone.activated(world, { customer: `guest-${GUEST}`, number: OLD })
})
after(() => closes(browser))

async function sits(name) {
  staff[name] ??= await Worker.sits(browser, world, 'nl', name)
  return staff[name]
}

describe('the helpdesk', { concurrency: false }, () => {
  test('an administrator joins with an invitation and a key, and lets others in', async () => {
    const bo = await sits('bo.baas')
    await bo.joins(await letIn(world, 'bo.baas', 'admin'), true)
    await bo.sees('people')
    for (const [name, role] of [['jo.maes', 'agent'], ['mo.diallo', 'lead'], ['au.dit', 'auditor']]) {
      await bo.page.locator('#name').fill(name)
      await bo.page.locator('#role').selectOption(role)
      await bo.page.locator('#add').click()
      const code = (await bo.page.locator('#invitation').innerText()).trim()
      if (role === 'agent') await bo.sees('people-code')
      await (await sits(name)).joins(code)
    }
    assert.equal(await bo.page.locator('#to-search').count(), 0, 'an administrator sees no citizen')
    await bo.logsOut()
    await bo.leaves()
  })

  test('a login takes password and key; either alone is nobody', async () => {
    const jo = await sits('jo.maes')
    await jo.logsOut()
    await jo.go('/login')
    await jo.page.locator('#name').fill('jo.maes')
    await jo.page.locator('#password').fill('not the password')
    await jo.page.locator('#continue').click()
    await jo.page.locator('#error').waitFor()
    await jo.sees('login-wrong')
    await jo.keys.send('WebAuthn.setUserVerified', { authenticatorId: jo.authenticatorId, isUserVerified: false })
    await jo.page.locator('#password').fill(jo.password)
    await jo.page.locator('#continue').click()
    await jo.page.locator('#use-key').click()
    await jo.page.locator('#key-failed').waitFor()
    await jo.sees('key-failed')
    await jo.keys.send('WebAuthn.setUserVerified', { authenticatorId: jo.authenticatorId, isUserVerified: true })
    await jo.logsIn(true)
    await jo.sees('cases')
  })

  test('a citizen writes on a phone and sees a clock', async () => {
    const context = await phone(browser, 'nl')
    const page = await context.newPage()
    await page.goto(`${world.issuer}/help/contact?lang=nl`)
    await look(page, 'nl', 'contact', { folder: 'helpdesk', whole: true })
    assert.equal(await page.locator('#new_number').isVisible(), false, 'two numbers only for a new number')
    await page.locator('#topic').selectOption('new_number')
    await page.locator('#send').click()
    await page.locator('#error').waitFor()
    await look(page, 'nl', 'contact-error', { folder: 'helpdesk', whole: true })
    await page.locator('#old_number').fill(OLD)
    await page.locator('#new_number').fill(NEW)
    await page.locator('#name').fill('Kim Peeters')
    await page.locator('#reach').fill('02 279 22 11')
    await page.locator('#call_back').selectOption('morning')
    await page.locator('#text').fill('Mijn oude nummer bestaat niet meer.')
    await page.locator('#robot[data-state="done"]').waitFor({ timeout: 60_000 })
    await page.locator('#send').click()
    await page.locator('#reference').waitFor()
    await look(page, 'nl', 'contact-sent', { folder: 'helpdesk', whole: true })
    ticket = page.url().split('?')[0]
    reference = (await page.locator('#reference').innerText()).trim()
    assert.match(await page.locator('#clock').innerText(), /^Nog 24 u 00 min$/)
    await closes(context)
  })

  test('an agent opens the case, looks with a reason, and proposes', async () => {
    const jo = await sits('jo.maes')
    await jo.opens(reference)
    await jo.sees('case')
    assert.match(await jo.clock(), /^Nog 2[34] u/)
    await jo.looks()
    await jo.sees('account')
    const text = await jo.page.locator('main').innerText()
    assert.ok(text.includes(`+32 ••• •• 00 ${GUEST}`) && !text.includes('467 00'), text)
    await jo.proposesNumber(reference, NEW)
    assert.ok(await jo.page.locator('#other-needed').isVisible())
    assert.equal(await jo.page.locator('#decide').count(), 0)
    await jo.sees('case-proposed')
  })

  test('a search without a reason, or for nobody, shows nothing', async () => {
    const jo = await sits('jo.maes')
    await jo.go('/search')
    await jo.sees('search')
    await jo.searches(OLD, 'terugbellen op 0468 75 89 60')
    await jo.page.locator('#error').waitFor()
    await jo.sees('search-reason')
    await jo.searches('0499 88 77 66', 'iemand belde over dit nummer')
    await jo.page.locator('#nobody').waitFor()
    await jo.sees('search-nobody')
  })

  test('a second person confirms; both clocks stop, and the old number hears of it', async () => {
    const mo = await sits('mo.diallo')
    await mo.opens(reference)
    await mo.sees('case-decide')
    await mo.decides()
    await mo.sees('case-done')
    assert.match(await mo.clock(), /^Afgehandeld op/)
    const context = await computer(browser, 'nl')
    const page = await context.newPage()
    await page.goto(`${ticket}?lang=nl`)
    assert.equal(await page.locator('#state').getAttribute('data-state'), 'done')
    assert.match(await page.locator('#clock').innerText(), /^Afgehandeld op/)
    await look(page, 'nl', 'contact-done', { folder: 'helpdesk', whole: true })
    await closes(context)
    const home = await theirPhone.say('home').catch((error) => error)
    assert.ok(home, 'the old phone still logs in')
  })

  test('a lead looks, blocks and holds; letting go waits for another', async () => {
    const mo = await sits('mo.diallo')
    await mo.searches(NEW, 'vermoeden van fraude gemeld')
    await mo.page.locator('#standing').waitFor()
    await mo.page.locator('#hold-reason').fill('vermoeden van fraude gemeld')
    await mo.page.locator('#act-hold').click()
    await mo.page.locator('[data-standing="held"]').waitFor()
    await mo.sees('account-held')
    await mo.page.locator('#release-reason').fill('bleek een vergissing te zijn')
    await mo.page.locator('#act-release').click()
    await mo.page.locator('#other-needed').waitFor()
    assert.equal(await mo.page.locator('#decide').count(), 0, 'not by the same person')
  })

  test('an auditor reads it all, and the chain holds', async () => {
    const au = await sits('au.dit')
    await au.go('/log')
    await au.sees('log')
    for (const action of ['looked', 'searched', 'propose_number', 'change_number', 'hold']) {
      assert.ok((await au.page.locator(`[data-action="${action}"]`).count()) > 0, action)
    }
    await au.page.locator('#by').selectOption('staff')
    await au.page.locator('#value').fill('jo.maes')
    await au.page.locator('#filter').click()
    assert.equal(await au.page.locator('[data-action="hold"]').count(), 0)
    const told = await verifyLog(world)
    assert.match(told, /unbroken; note \d+:/)
    assert.match(await verifyLog(world, '--noted', told.split('note ')[1]), /unbroken/)
    for (const name of ['jo.maes', 'mo.diallo', 'au.dit']) await staff[name].leaves()
  })

  test('every language', async () => {
    const context = await computer(browser, 'fr')
    const page = await context.newPage()
    for (const lang of ['fr', 'de', 'en']) {
      await page.goto(`${world.issuer}/help/contact?lang=${lang}`)
      await look(page, lang, `contact-${lang}`, { folder: 'helpdesk', whole: true })
      await page.goto(`${world.console}/language/${lang}`)
      await page.goto(`${world.console}/login`)
      await look(page, lang, `login-${lang}`, { folder: 'helpdesk', whole: true })
    }
    assert.ok(say('console.login.title'))
    await closes(context)
  })
})
