// J15, J16: another number: in the app, and through the helpdesk, whose clock both sides see.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { guestNumber } from '../people/guests.mjs'
import { message, seenBy, smsCode, stopCodeIn } from '../people/inbox.mjs'
import { Worker } from '../people/helpdesk.mjs'
import { readWorld } from '../world.mjs'
import { active, CODE, confirms, Desk, ends, menu, national } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
const digits = (text) => text.replace(/\D/g, '')
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

test('in the app: the new number is proven, the old one hears of it and can stop it', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(35)
  const fresh = '+32 467 00 09 35'
  const me = await active(browser, world, 'nl', 35)
  const desk = await Desk.sits(browser, world, 'nl')
  const pages = [me.page, desk.page]
  const sub = await desk.enters(me, number)
  const seen = await seenBy(world, number)

  await step(t, 'under My data', async () => {
    await menu(me, 'my-data')
    await me.page.getByTestId('facts').waitFor()
    await me.tap('change-number')
    await me.sees('number-new')
    await me.type('number', '02 279 22 11')
    await me.tap('continue')
    await me.problem('number_landline')
    await me.type('number', national(fresh))
    await me.tap('continue')
  }, pages)
  await step(t, 'a code to the new number, and a wrong one is told', async () => {
    await me.sees('number-code')
    const { code, text } = await smsCode(world, fresh)
    assert.doesNotMatch(text, /https?:/)
    await me.type('sms', code === '11111' ? '22222' : '11111')
    await me.tap('continue')
    await me.problem('sms_wrong')
    await me.type('sms', code)
    await me.tap('continue')
  }, pages)
  await step(t, 'the phone\'s code decides', async () => {
    await me.at('confirm-act')
    await me.sees('confirm-act', 'confirm-number')
    await confirms(me, 'number')
    assert.equal(digits(await me.page.getByTestId('my-number').innerText()), digits(fresh))
    await me.page.getByTestId('limited').waitFor()
    await me.sees('my-data', 'my-data-number-done')
    await me.tap('back')
    await me.tap('back')
    await me.at('home')
  }, pages)
  await step(t, 'logging in goes with the new number, and is the same person', async () => {
    assert.equal(await desk.enters(me, fresh, CODE), sub)
  }, pages)
  await step(t, 'the old number hears of it, and its stop code blocks', async () => {
    const notice = await message(world, number, (m) => m.kind === 'sms' && stopCodeIn(m.text) !== undefined, seen)
    assert.doesNotMatch(notice.text, /https?:/)
    await desk.blocks(stopCodeIn(notice.text))
    await desk.page.locator('#reactivate').waitFor()
    await ends(me, 'stop_code')
  }, pages)
  await desk.close()
  await me.close()
})

/** Somebody whom the demo has invited. */
async function comesIn(role) {
  const invited = world.staff.find((one) => one.role === role)
  assert.ok(invited, `nobody with the role ${role} is invited in demo.json`)
  const worker = await Worker.sits(browser, world, 'fr', invited.name)
  await worker.joins(invited.code)
  return worker
}

test('through the helpdesk: a form, two people, one clock, and the phone goes on with the new number', { timeout: 300_000 }, async (t) => {
  const number = guestNumber(36)
  const fresh = '+32 467 00 09 36'
  const me = await active(browser, world, 'fr', 36)
  const desk = await Desk.sits(browser, world, 'fr')
  const [agent, lead] = [await comesIn('agent'), await comesIn('lead')]
  const pages = [me.page, desk.page, agent.page, lead.page]
  const seen = await seenBy(world, number)
  let reference
  let status

  await step(t, 'the form, with a wish to be called back', async () => {
    await desk.page.goto(`${world.issuer}/help/contact?lang=fr`)
    await desk.page.locator('#topic').selectOption('new_number')
    await desk.page.locator('#old_number').fill(national(number))
    await desk.page.locator('#new_number').fill(national(fresh))
    await desk.page.locator('#name').fill('Kim Testgast 36')
    await desk.page.locator('#reach').fill(national(fresh))
    await desk.page.locator('#call_back').selectOption('morning')
    await desk.page.locator('#text').fill('J’ai un nouveau numéro.')
    await desk.sees('contact')
    await desk.page.locator('#send').click()
    await desk.page.locator('#reference').waitFor({ timeout: 60_000 })
    await desk.sees('contact-sent')
    reference = (await desk.page.locator('#reference').innerText()).trim()
    status = desk.page.url()
    await desk.page.locator('#clock').waitFor()
  }, pages)
  await step(t, 'the first person calls back, looks with a reason, and proposes', async () => {
    await agent.opens(reference)
    await agent.page.locator('#clock').waitFor()
    await agent.sees('number-case')
    await agent.page.locator('#look').click()
    await agent.page.locator('#standing').waitFor()
    await agent.sees('number-account')
    await agent.page.locator('#number-case').fill(reference)
    await agent.page.locator('#number-new').fill(national(fresh))
    await agent.page.locator('#number-reason').fill('called back, knows the last login')
    await agent.page.locator('#act-number').click()
    await agent.page.locator('#other-needed').waitFor()
    assert.equal(await agent.page.locator('#decide').count(), 0, 'nobody decides alone')
    await agent.sees('number-proposed')
  }, pages)
  await step(t, 'the second one decides', async () => {
    await lead.opens(reference)
    await lead.page.locator('#decide-reason').fill('heard the call, agrees')
    await lead.sees('number-to-decide')
    await lead.page.locator('#decide').click()
    await lead.page.locator('#state[data-state="done"]').waitFor()
    await lead.sees('number-decided')
  }, pages)
  await step(t, 'the citizen sees it settled, the old number hears of it, and logging in goes with the new one', async () => {
    await desk.page.goto(status)
    assert.equal(await desk.page.locator('#state').getAttribute('data-state'), 'done')
    await desk.sees('contact-done')
    const notice = await message(world, number, (m) => m.kind === 'sms' && stopCodeIn(m.text) !== undefined, seen)
    assert.doesNotMatch(notice.text, /https?:/)
    await desk.enters(me, fresh, CODE)
    await me.page.getByTestId('limited').waitFor()
  }, pages)
  await step(t, 'what the helpdesk did stands in the app', async () => {
    await menu(me, 'my-history')
    await me.tap('events')
    await me.page.locator('[data-testid="event"][data-what="looked"]').first().waitFor()
    await me.sees('events', 'events-looked')
  }, pages)
  for (const { heard, context } of [agent, lead]) {
    assert.deepEqual(heard, [], 'the console complained')
    await closes(context)
  }
  await desk.close()
  await me.close()
})
