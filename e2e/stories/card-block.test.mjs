// An account is blocked at a computer: with a wrong code nothing happens, with the identity card it does, and the same card gives it back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { texts } from '../look.mjs'
import { Activation } from '../people/activation.mjs'
import { CardProgram } from '../people/card-program.mjs'
import { press, tabTo } from '../people/keyboard.mjs'
import { Reader } from '../people/reader.mjs'
import { TerminalPhone } from '../people/terminal.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
const lang = 'nl'
const say = texts(lang)
// A guest of the bank whom no other story is about, and this guest's identity card.
const number = '+32 467 00 00 08'
const card = { given_names: 'Kim', surname: 'Testgast 8', birth_date: '1980-01-09', sex: 'female', lang, national_number: nationalNumber('800109998') }
let browser
let reader
let phone

before(async () => {
  browser = await open()
  reader = await Reader.plugIn(world)
  phone = await TerminalPhone.activated(world, { customer: 'guest-8', number: number.replaceAll(' ', ''), lang })
})
after(async () => {
  await reader?.unplug()
  await closes(browser)
})

test('a code that is none blocks nothing, by keyboard alone', async () => {
  const computer = await Activation.visits(browser, world, lang, { path: '/block' })
  const { page } = computer
  await computer.sees('block')
  await tabTo(page, '#code')
  await page.keyboard.type('7kq2 m4xd 9rtb h3fw')
  await press(page, '#block-now')
  await page.locator('#error').waitFor()
  assert.equal((await page.locator('#error').innerText()).trim(), say('site.block.error.wrong'))
  await computer.sees('block-wrong')
  await computer.close()
})

test('the identity card blocks at once; the same card makes the account work again', { timeout: 120_000 }, async () => {
  const computer = await Activation.visits(browser, world, lang, { path: '/block' })
  const { page } = computer
  await computer.leaves(() => page.locator('#block-card').click())
  await computer.sees('block-card')
  await computer.givesNumber(number)
  await computer.sees('block-reader')
  await reader.insert({ person: card, applet: '1.8' })
  const program = CardProgram.start(world, reader, { session: await computer.session(), pin: '1234' })
  const asks = await program.asks()
  assert.equal(asks.purpose, 'block', 'the program says what the card is read for')
  const back = await program.returns()
  await assert.doesNotReject(phone.say('home'), 'nothing is blocked before the browser comes back')
  await computer.isOpened(back.return)
  await computer.page.locator('#works-again').waitFor()
  await computer.sees('blocked')
  assert.equal((await computer.page.locator('h1').innerText()).trim(), say('site.block.done.title'))
  await assert.rejects(phone.say('home'), 'the phone is cut off')
  await computer.leaves(() => computer.page.locator('#works-again').click())
  await computer.token()
  await computer.page.locator('#known').waitFor()
  await computer.sees('blocked-token')
  await computer.close()
})

test('who stops before the card is read has blocked nothing', async () => {
  const computer = await Activation.visits(browser, world, lang, { path: '/block/card' })
  await computer.givesNumber(number)
  await computer.leaves(() => computer.page.locator('#stop').click())
  assert.equal(await computer.ended(), 'stopped')
  assert.equal((await computer.page.locator('h1').innerText()).trim(), say('site.block.ended.title'))
  await computer.sees('block-stopped')
  await computer.close()
})

/** Eleven digits: the last two are those of the nine before, modulo 97. */
function nationalNumber(nine) {
  return nine + String(97 - (Number(nine) % 97)).padStart(2, '0')
}
