// Plays the three journeys of the guides and photographs each step: our own screens, as they are today.
import { join } from 'node:path'
import { closes, phone } from '../browser.mjs'
import { Activation } from '../people/activation.mjs'
import { Bank } from '../people/bank.mjs'
import { CardProgram } from '../people/card-program.mjs'
import { guest } from '../people/card-holders.mjs'
import { messages, smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { Reader } from '../people/reader.mjs'

/** A picture has this shape, whatever the screen: 390 of a phone's points wide. */
const PHONE = { width: 390, height: 640 }
const COMPUTER = { width: 600, height: 984 }
/** Photographs are printed 37 mm wide: two points per point are enough for 300 dpi. */
const SHARP = { deviceScaleFactor: 2, bypassCSP: true, colorScheme: 'light' }
const CODE = '73915'
const SECOND_CODE = '47138'

/** A camera for one guide in one language: `take(page, name)` writes `<guide>-<lang>-<name>.png` and remembers that it did. */
function camera({ folder, world, lang }, guide) {
  const taken = new Set()
  const take = async (page, name) => {
    // A guide is for the real world; the world it was photographed in says that it is not.
    await page.addStyleTag({ content: `#test-world, .wordmark .chip, p:has(> a[href^="${world.inbox}"]) { display: none !important } * { caret-color: transparent !important }` })
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await page.evaluate(() => document.activeElement?.blur?.())
    const { width, height } = page.viewportSize()
    await page.screenshot({ path: join(folder, `${guide}-${lang}-${name}.png`), clip: { x: 0, y: 0, width, height }, animations: 'disabled' })
    taken.add(name)
  }
  return { take, taken }
}

async function takesPhone(browser, world, lang) {
  const me = await Phone.take(browser, world, lang, { viewport: PHONE, ...SHARP })
  await me.at('welcome')
  return me
}

/** At the bank with card and card reader, from its first page to the signature. */
async function signs(me, customer, camera) {
  const bank = new Bank(me.page, me.lang)
  await bank.arrives()
  await bank.givesCard(customer.card)
  const response = await bank.usesReader(customer.pin)
  await camera.take(me.page, 'reader')
  await bank.signs(response)
}

/** From the SMS to the home screen. */
async function finishes(me, world, number, code, camera, seen) {
  await me.at('sms')
  const sms = await smsCode(world, number, seen)
  await me.type('sms', sms.code)
  await camera.take(me.page, 'sms')
  await me.tap('continue')
  await me.at('code')
  await me.code(code.slice(0, 3))
  await camera.take(me.page, 'code')
  await me.code(code.slice(3))
  await me.code(code)
  await me.tap('continue')
  await me.page.getByTestId('done').waitFor()
}

const seenBy = async (world, number) => (await messages(world, number)).map((m) => String(m.id))

export async function bank({ browser, world, lang, customer, bankId, folder }) {
  const shot = camera({ folder, world, lang }, 'bank')
  const me = await takesPhone(browser, world, lang)
  await shot.take(me.page, 'welcome')
  await me.tap('activate')
  await me.at('number')
  await me.type('number', customer.number.replace('+32 ', '0'))
  await shot.take(me.page, 'number')
  await me.tap('continue')
  await me.at('email')
  await shot.take(me.page, 'email')
  await me.tap('no-email')
  await me.at('bank')
  await shot.take(me.page, 'banks')
  const seen = await seenBy(world, customer.number)
  await me.tap(`bank-${bankId}`)
  await signs(me, customer, shot)
  await finishes(me, world, customer.number, CODE, shot, seen)
  await me.reopen()
  await me.at('home')
  await shot.take(me.page, 'home')
  await closes(me.context)
  return shot.taken
}

/** The same citizen, later: the phone is gone, the bank card is not. */
export async function backAgain({ browser, world, lang, customer, bankId, folder }) {
  const shot = camera({ folder, world, lang }, 'back-again')
  const borrowed = await phone(browser, lang, { viewport: PHONE, ...SHARP })
  const page = await borrowed.newPage()
  await page.goto(`${world.issuer}/block?lang=${lang}`)
  await shot.take(page, 'block')
  await closes(borrowed)
  const me = await takesPhone(browser, world, lang)
  await shot.take(me.page, 'welcome')
  await me.tap('reactivate')
  await me.at('number')
  await me.type('number', customer.number.replace('+32 ', '0'))
  await shot.take(me.page, 'number')
  await me.tap('continue')
  await me.at('bank')
  await shot.take(me.page, 'banks')
  const seen = await seenBy(world, customer.number)
  await me.tap(`bank-${bankId}`)
  await signs(me, customer, shot)
  await finishes(me, world, customer.number, SECOND_CODE, shot, seen)
  await me.at('home')
  await shot.take(me.page, 'home')
  await closes(me.context)
  return shot.taken
}

export async function eid({ browser, world, lang, at, folder }) {
  const shot = camera({ folder, world, lang }, 'eid')
  const holder = guest(at)
  const reader = await Reader.plugIn(world)
  try {
    const desk = await Activation.visits(browser, world, lang, { viewport: COMPUTER, ...SHARP })
    await desk.page.locator('#phone').fill(holder.number.replace('+32 ', '0'))
    await shot.take(desk.page, 'form')
    await desk.toReader({ number: holder.number })
    await shot.take(desk.page, 'card')
    const program = CardProgram.start(world, reader, { code: await desk.code(), pin: holder.card.pin })
    await program.asks()
    await reader.insert({ person: holder.card, applet: '1.8' })
    const back = await program.returns()
    await desk.page.locator('#live').waitFor()
    await shot.take(desk.page, 'pin')
    await desk.isOpened(back.return)
    const token = await desk.token()
    await shot.take(desk.page, 'token')
    const me = await takesPhone(browser, world, lang)
    await shot.take(me.page, 'welcome')
    await me.tap('activate-eid')
    await me.at('token')
    await me.type('number', holder.number.replace('+32 ', '0'))
    await me.type('token', token)
    await shot.take(me.page, 'typed')
    const seen = await seenBy(world, holder.number)
    await me.tap('continue')
    await finishes(me, world, holder.number, CODE, shot, seen)
    await closes(me.context)
    await closes(desk.context)
    return shot.taken
  } finally {
    await reader.unplug()
  }
}

