// Somebody who has an account takes it to another phone with their card: never two accounts, and the old phone has a say.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { HOLDERS } from '../people/card-holders.mjs'
import { messages } from '../people/inbox.mjs'
import { Reader } from '../people/reader.mjs'
import { readWorld } from '../world.mjs'
import { activeByCard, getsToken, typesSms, typesToken } from './at-computer.mjs'
import { choosesCode } from './seed-004.mjs'

const world = readWorld()
const holder = HOLDERS.priya
let browser
let reader
let phone

const all = (lang, seen) => ({ browser, world, reader, lang, holder, applet: '1.8', seen })
const seen = async () => (await messages(world, holder.number)).map((one) => String(one.id))

before(async () => {
  browser = await open()
  reader = await Reader.plugIn(world)
  phone = await activeByCard(all('en', []), '73915')
})
after(async () => {
  await reader?.unplug()
  await closes(browser)
})

/** As far as the code on a second phone. */
async function toCode(lang) {
  const before = await seen()
  const { computer, token } = await getsToken(all(lang))
  const me = await typesToken(all(lang), token)
  await typesSms(me, world, holder, before)
  await me.at('code')
  await me.page.getByTestId('account-known').waitFor()
  await computer.page.locator('#known').waitFor()
  return { computer, me }
}

test('the old phone says that it is somebody else: the new one stops, the old one stays', async () => {
  const { computer, me } = await toCode('nl')
  await phone.page.getByTestId('request').first().click({ timeout: 40_000 })
  await phone.sees('approval', 'admin')
  assert.equal(await phone.page.getByTestId('match').count(), 0)
  await phone.tap('refuse')
  await phone.sees('answer-refused', 'admin-refused')
  await phone.tap('to-home')
  await phone.at('home')
  await me.sees('refused', 'refused-stopped')
  assert.equal(await me.page.getByTestId('refusal').getAttribute('data-refusal'), 'stopped')
  assert.equal(await computer.ended(), 'stopped')
  await me.close()
  await computer.close()
})

test('the old phone agrees: nothing is limited, and it is cut off when the new one is ready', async () => {
  const { computer, me } = await toCode('fr')
  await me.sees('code', 'code-known')
  await phone.page.getByTestId('request').first().click({ timeout: 40_000 })
  await phone.at('approval')
  await phone.tap('continue')
  await phone.sees('approval-code', 'admin-code')
  await phone.code('73915')
  await phone.tap('approve')
  await phone.sees('approved', 'admin-approved')
  await phone.tap('to-home')
  await choosesCode(me, '47138')
  await me.sees('home', 'home-again')
  assert.equal(await me.page.getByTestId('limited').count(), 0)
  await phone.page.locator('[data-screen="ended"]').waitFor({ timeout: 40_000 })
  await phone.sees('ended', 'replaced')
  await phone.close()
  await computer.close()
  phone = me
})

test('the old phone is silent: for a day the new one may only log in, and the old contact hears of it', async () => {
  const before = await seen()
  await phone.context.setOffline(true)
  const { computer, me } = await toCode('de')
  await choosesCode(me, '27935')
  await me.page.getByTestId('limited').waitFor()
  await me.sees('home', 'limited')
  await phone.context.setOffline(false)
  await phone.page.reload()
  await phone.page.locator('[data-screen="ended"]').waitFor({ timeout: 40_000 })
  const told = (await messages(world, holder.number)).filter((one) => !before.includes(String(one.id)))
  assert.ok(told.length >= 2, 'a control code, and word that the account moved')
  await phone.context.close()
  await me.close()
  await computer.close()
})
