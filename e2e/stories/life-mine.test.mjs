// J18, J35, J36: what is known of me, what was ever asked of me, with whom I shared, all of it to take along, and the end of the account.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { guestNumber } from '../people/guests.mjs'
import { message, seenBy } from '../people/inbox.mjs'
import { readWorld } from '../world.mjs'
import { activates, active, CODE, Desk, ends, guest, home, menu, NEW_CODE } from './at-home.mjs'
import { step } from './step.mjs'

const world = readWorld()
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

/** What a tap lets the phone save. */
async function saves(me, id) {
  const [file] = await Promise.all([me.page.waitForEvent('download'), me.tap(id)])
  return { name: file.suggestedFilename(), json: JSON.parse(readFileSync(await file.path(), 'utf8')) }
}

test('my data, my history, my services, my copy', { timeout: 300_000 }, async (t) => {
  const number = guestNumber(45)
  const me = await active(browser, world, 'nl', 45)
  const desk = await Desk.sits(browser, world, 'nl')
  const pages = [me.page, desk.page]
  let sub

  await step(t, 'a login, a refused one and one that was stopped', async () => {
    sub = await desk.enters(me, number)
    await desk.asks(number)
    await me.opens()
    await me.tap('refuse')
    await me.at('answer-refused')
    await me.tap('to-home')
    await desk.asks(number)
    await me.page.getByTestId('request').waitFor({ timeout: 20_000 })
    await desk.page.locator('#cancel').click()
    await desk.service.isBack()
    await me.page.getByTestId('request').waitFor({ state: 'detached', timeout: 20_000 })
  }, pages)
  await step(t, 'every fact with where it came from', async () => {
    await menu(me, 'my-data')
    await me.page.getByTestId('facts').waitFor()
    await me.sees('my-data', 'my-data', { whole: true })
    const facts = await me.page.getByTestId('facts').innerText()
    assert.match(facts, /Testgast 45/)
    assert.ok(!facts.includes('{'), facts)
    await home(me)
  }, pages)
  await step(t, 'the history, also the refused and the stopped, by filter', async () => {
    await menu(me, 'my-history')
    await me.page.getByTestId('entry').first().waitFor()
    await me.sees('my-history', 'my-history', { whole: true })
    const states = async () => me.page.getByTestId('entry').evaluateAll((all) => all.map((one) => one.dataset.state))
    for (const state of ['approved', 'refused', 'stopped']) assert.ok((await states()).includes(state), `${state}: ${await states()}`)
    await me.page.getByTestId('by-state').selectOption('refused')
    await me.page.waitForFunction(() => {
      const all = [...document.querySelectorAll('[data-testid="entry"]')]
      return all.length > 0 && all.every((one) => one.dataset.state === 'refused')
    })
    await me.page.getByTestId('by-state').selectOption('')
    await me.page.locator('[data-testid="entry"][data-state="approved"]').first().waitFor()
    await me.page.getByTestId('by-partner').selectOption('gemeente')
    await me.page.locator('[data-testid="entry"][data-state="approved"]').first().waitFor()
  }, pages)
  await step(t, 'one of them, with the evidence to take along', async () => {
    await me.page.locator('[data-testid="entry"][data-state="approved"]').first().click()
    await me.sees('history-entry', 'history-entry')
    const { json } = await saves(me, 'evidence')
    for (const part of ['m1', 'm2', 'm3', 'm4', 'keys']) assert.ok(part in json, `${part} is missing: ${Object.keys(json)}`)
    await me.tap('back')
    await me.at('my-history')
    await me.tap('events')
    await me.page.getByTestId('event').first().waitFor()
    await me.sees('events')
    await home(me)
  }, pages)
  await step(t, 'with whom I shared, and taking it back', async () => {
    await menu(me, 'partners')
    await me.page.getByTestId('partner-gemeente').waitFor()
    await me.sees('partners')
    await me.tap('partner-gemeente')
    await me.sees('partner')
    await me.tap('withdraw')
    await me.page.locator('[data-done="withdrawn"]').waitFor()
    await me.sees('partner', 'partner-withdrawn')
    await home(me)
    assert.equal(await desk.enters(me, number), sub, 'the next login asks anew, of the same person')
  }, pages)
  await step(t, 'everything, in one file', async () => {
    await menu(me, 'my-data')
    await me.page.getByTestId('facts').waitFor()
    const { name, json } = await saves(me, 'export')
    assert.equal(name, 'zelf.json')
    assert.equal(json.format, 'zelf-export-1')
    assert.ok(json.history.length >= 4, `${json.history.length} requests`)
    assert.ok(json.history.some((one) => one.state === 'refused'))
    assert.ok(json.messages.length >= 1 && json.partners.length === 1 && json.events.length >= 1)
    assert.ok(!JSON.stringify(json).includes(CODE), 'the code is in nothing')
    await home(me)
  }, pages)
  await desk.close()
  await me.close()
})

test('the account is closed; who comes back is somebody new', { timeout: 240_000 }, async (t) => {
  const number = guestNumber(46)
  const me = await active(browser, world, 'en', 46)
  const desk = await Desk.sits(browser, world, 'en')
  const pages = [me.page, desk.page]
  const sub = await desk.enters(me, number)
  const seen = await seenBy(world, number)

  await step(t, 'three screens: the menu, what ends, the code', async () => {
    await menu(me, 'close')
    await me.sees('close')
    await me.tap('close-account')
    await me.at('confirm-act')
    await me.sees('confirm-act', 'confirm-close')
    await me.code(CODE)
    await me.tap('approve')
    await ends(me, 'closed')
    await me.sees('ended', 'ended-closed')
  }, pages)
  await step(t, 'told, without a link', async () => {
    const sms = await message(world, number, (m) => m.kind === 'sms', seen)
    assert.doesNotMatch(sms.text, /https?:/)
  }, pages)
  await step(t, 'number and person are free: a new account, and for the municipality somebody new', async () => {
    await me.tap('reactivate')
    const known = await activates(me, guest(46), { code: NEW_CODE })
    assert.equal(known, false)
    assert.equal(await me.page.getByTestId('limited').count(), 0)
    assert.notEqual(await desk.enters(me, number, NEW_CODE), sub)
  }, pages)
  await desk.close()
  await me.close()
})
