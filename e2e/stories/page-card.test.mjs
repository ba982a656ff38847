// The story page, chapter "card": the whole of seed 004 in its frames, without any hardware.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, complaints, computer, open } from '../browser.mjs'
import { look, shoot } from '../look.mjs'
import { Activation } from '../people/activation.mjs'
import { smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'
import { step } from './step.mjs'
import { choosesCode } from './seed-004.mjs'

const world = readWorld()
const lang = 'nl'
const aleksy = world.eid.others.find((one) => one.id === 'aleksy')
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

test('a newcomer activates with an identity card without leaving the story page', async (t) => {
  const context = await computer(browser, lang, { viewport: { width: 1600, height: 1200 } })
  const page = await context.newPage()
  const heard = complaints(page)
  await page.goto(`${world.story}/?chapter=card`)
  const frame = async (id) => (await page.locator(`#${id} iframe`).elementHandle()).contentFrame()
  const me = new Phone(context, await frame('phone'), world, lang)
  const site = new Activation(context, await frame('browser'), world, lang)
  const reader = await frame('reader')

  await step(t, 'the browser frame opens the activation page and asks for a card', async () => {
    await look(page, lang, 'card-start', { folder: 'story' })
    await page.locator('a.go[data-go]').click()
    await site.page.locator('#phone').waitFor()
    await site.toReader({ number: aleksy.number })
    await shoot(page, 'story', 'card-reader')
  }, [page])
  await step(t, 'a card goes into the reader, a code into the card program, which says who asks', async () => {
    await reader.locator('#holder').selectOption('aleksy')
    await reader.locator('#applet').selectOption('1.7')
    await reader.locator('.choice button').click()
    await reader.locator('.inside').waitFor()
    await reader.locator('#code').fill(await site.code())
    await reader.locator('form[action="/reader/code"] button').click()
    await reader.locator('#yes').waitFor()
    assert.match(await reader.locator('dl').innerText(), new RegExp(`${aleksy.number.slice(-2)}\\b`))
    await look(page, lang, 'card-asks', { folder: 'story' })
  }, [page])
  await step(t, 'a wrong PIN with the yes, then the right one; the way back opens by itself', async () => {
    await reader.locator('#pin').fill('0000')
    await reader.locator('#yes').click()
    await reader.locator('form[action="/reader/pin"]').waitFor()
    await reader.locator('.wrong').waitFor()
    await look(page, lang, 'card-pin', { folder: 'story' })
    await reader.locator('#pin').fill(aleksy.eid.pin)
    await reader.locator('form[action="/reader/pin"] button').click()
    await site.page.locator('#token').waitFor()
  }, [page])
  await step(t, 'the token goes to the phone frame', async () => {
    const token = await site.token()
    await me.typesToken(aleksy.number, token)
    await me.at('sms')
    await look(page, lang, 'card-sms', { folder: 'story' })
    await me.type('sms', (await smsCode(world, aleksy.number)).code)
    await me.tap('continue')
    await choosesCode(me, '47138')
    assert.equal((await me.page.getByTestId('first-name').textContent()).trim(), 'Aleksy')
    await look(page, lang, 'card-active', { folder: 'story' })
  }, [page])
  assert.deepEqual(heard, [])
  await closes(context)
})
