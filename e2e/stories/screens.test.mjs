// The screens of every journey, counted on the way and held against docs/journeys.md.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { openWithCamera } from '../camera.mjs'
import { counted, journeys } from '../journeys.mjs'
import { guest as holderOf } from '../people/card-holders.mjs'
import { guestNumber } from '../people/guests.mjs'
import { seenBy, smsCode } from '../people/inbox.mjs'
import { Login } from '../people/login.mjs'
import { Phone } from '../people/phone.mjs'
import { Reader } from '../people/reader.mjs'
import { Service } from '../people/service.mjs'
import { readWorld } from '../world.mjs'
import { getsToken, typesSms as typesCardSms } from './at-computer.mjs'
import { activates, active, CODE, confirms, Desk, ends, finger, FIRST_NAME, guest, home, menu, national, NEW_CODE, signs, typesSms } from './at-home.mjs'

const world = readWorld()
const lang = 'nl'
const BARS = { 'Activate with a bank card (J2)': 9, 'Activate with an identity card (J4)': 11, 'Reactivate with the identity card (J10)': 6, 'Reactivate with the bank, on a new or reset phone (J11, J12, J13)': 6, 'Reactivate with the bank, on the phone that was blocked (J11)': 6, 'New phone, the old one in hand': 4 }
let browser
let reader

before(async () => {
  browser = await open()
  reader = await Reader.plugIn(world)
})
after(async () => {
  await reader?.unplug()
  await closes(browser)
})

/** The screens on which this phone's owner had something to do while `work` went on: what shows in between waits for nobody. */
async function trail(me, work) {
  await me.page.waitForTimeout(200)
  me.acts.length = 0
  await work()
  await me.page.waitForTimeout(200)
  return [...me.acts]
}

test('the table keeps within the bars', () => {
  const table = journeys()
  for (const [name, most] of Object.entries(BARS)) assert.ok(table.get(name).screens <= most, `${name}: at most ${most}`)
  for (const [name, { screens, trail: way }] of table) assert.equal(way.length, screens, name)
})

test('with a bank card: activation, a reset phone, a blocked phone', { timeout: 240_000 }, async () => {
  const me = await active(browser, world, lang, 57)
  counted('Activate with a bank card (J2)', me.acts)
  const fresh = await Phone.counting(browser, world, lang)
  await activates(fresh, guest(57), { way: 'reactivate', code: NEW_CODE })
  counted('Reactivate with the bank, on a new or reset phone (J11, J12, J13)', fresh.acts)
  await closes(me.context)

  counted('Block in the app (J9)', await trail(fresh, async () => {
    await fresh.tap('home-safety')
    await fresh.tap('to-block')
    await fresh.at('block')
    await fresh.tap('block-now')
    await ends(fresh, 'citizen')
  }))
  const before = await seenBy(world, guestNumber(57))
  const way = await trail(fresh, async () => {
    await fresh.tap('reactivate')
    await fresh.tap('bank-cbc')
    await signs(fresh, guest(57))
    await typesSms(fresh, guestNumber(57), before)
    await fresh.choosesCode(CODE)
  })
  counted('Reactivate with the bank, on the phone that was blocked (J11)', way)
  await fresh.close()
})

describe('with an identity card', () => {
  const holder = holderOf(20)
  const all = () => ({ browser, world, reader, lang, holder, applet: '1.8' })

  /** Computer and phone together; the QR code of the token's page opens the app with both filled in. */
  async function byCard(name) {
    const before = await seenBy(world, holder.number)
    const { computer, token } = await getsToken(all())
    const me = await Phone.counting(browser, world, lang, { query: `#token=${token}&number=${encodeURIComponent(holder.number.replaceAll(' ', ''))}` })
    await me.page.getByTestId('offered').waitFor()
    await me.tap('activate-eid')
    await me.at('token')
    await me.tap('continue')
    await me.at('sms')
    await typesCardSms(me, world, holder, before)
    await me.choosesCode(CODE)
    // At the computer: the form; the page after it only waits; the program's one screen.
    counted(name, ['form', 'program', ...me.acts])
    await computer.close()
    return me
  }

  test('activation, and then another phone: the same way, the same account', { timeout: 240_000 }, async () => {
    const first = await byCard('Activate with an identity card (J4)')
    await first.context.setOffline(true)
    const second = await byCard('Reactivate with the identity card (J10)')
    await second.page.getByTestId('limited').waitFor()
    await second.close()
    await closes(first.context)
  })
})

test('changes of the account, logins, and a new phone', { timeout: 400_000 }, async () => {
  const number = guestNumber(58)
  const fresh = '+32 467 00 09 58'
  const me = await Phone.counting(browser, world, lang)
  await finger(me)
  await activates(me, guest(58))
  const desk = await Desk.sits(browser, world, lang)

  counted('Another code (J17)', await trail(me, async () => {
    await menu(me, 'my-data')
    await me.tap('change-code')
    await me.at('code-new')
    await me.code(NEW_CODE)
    await me.code(NEW_CODE)
    await me.tap('continue')
    await confirms(me, 'code')
  }))
  await home(me)
  counted('Fingerprint or face, on or off (J5)', await trail(me, async () => {
    await menu(me, 'my-data')
    await me.tap('switch-biometrics')
    await confirms(me, 'biometrics', NEW_CODE)
  }))
  await home(me)

  counted('Log in (J20)', ['login', ...(await trail(me, async () => {
    const match = await desk.asks(number)
    await me.opens(match)
    await me.tap('continue')
    await me.code(NEW_CODE)
    await me.tap('approve')
    await me.at('approved')
    await desk.service.greets(FIRST_NAME)
  }))])
  await me.tap('to-home')
  counted('Log in with a finger (J20)', ['login', ...(await trail(me, async () => {
    const match = await desk.asks(number)
    await me.opens(match)
    await me.tap('approve-bio')
    await me.at('approved')
  }))])
  await me.tap('to-home')
  counted('Refuse (J31)', await trail(me, async () => {
    await desk.asks(number)
    await me.opens()
    await me.tap('refuse')
    await me.at('answer-refused')
  }))
  await me.tap('to-home')
  counted('Somebody is on the phone with me (J34)', await trail(me, async () => {
    await me.tap('home-safety')
    await me.tap('to-careful')
    await me.tap('careful-on')
    await me.page.getByTestId('careful-on-until').waitFor()
    await me.tap('careful-off')
    await me.page.getByTestId('careful-on').waitFor()
  }))
  await home(me)

  const other = await Phone.counting(browser, world, lang)
  await other.at('welcome')
  await other.tap('old-phone')
  await other.page.getByTestId('qr').waitFor()
  const text = await other.page.getByTestId('qr').getAttribute('data-text')
  const old = await trail(me, async () => {
    await me.tap('home-new-phone')
    await me.type('scanned', text)
    await me.tap('continue')
    await me.at('confirm-act')
    await me.code(NEW_CODE)
    await me.tap('approve')
  })
  await other.page.locator('[data-screen="code"]').waitFor({ timeout: 40_000 })
  await other.choosesCode(CODE)
  counted('New phone, the old one in hand', [...other.acts, ...old])
  await closes(me.context)

  counted('Another number, in the app (J15)', await trail(other, async () => {
    await menu(other, 'my-data')
    await other.tap('change-number')
    await other.type('number', national(fresh))
    await other.tap('continue')
    await other.at('number-code')
    await other.type('sms', (await smsCode(world, fresh)).code)
    await other.tap('continue')
    await confirms(other, 'number')
  }))
  await desk.close()
  await other.close()
})

test('a login by the code on the screen, and one on the phone itself', { timeout: 240_000 }, async () => {
  const film = join(mkdtempSync(join(tmpdir(), 'zelf-film-')), 'code.y4m')
  const withCamera = await openWithCamera(film)
  const me = await active(withCamera, world, lang, 56)
  const desk = await Desk.sits(browser, world, lang)
  await desk.service.visits()
  await desk.service.logsIn()
  await desk.login.showsCode()
  const seen = me.screens.length
  const scanned = await trail(me, async () => {
    await me.scansFrom(desk.page, '#qr', film)
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await me.at('approved')
    await desk.service.greets(FIRST_NAME)
  })
  assert.ok(me.screens.slice(seen).includes('scan'), 'nothing is tapped there: the camera is held in front of the code')
  counted('Log in with the code on the screen (J21)', ['login', 'scan', ...scanned.filter((name) => name !== 'scan')])
  await desk.close()

  const service = new Service(me.page, world, lang)
  await service.visits()
  await service.logsIn()
  await new Login(me.page, lang).showsLink()
  counted('Log in on the phone itself (J23)', ['login', 'link', ...(await trail(me, async () => {
    await me.page.locator('#open-app').click()
    await me.at('approval')
    await me.tap('continue')
    await me.code(CODE)
    await me.tap('approve')
    await service.greets(FIRST_NAME)
  }))])
  await me.close()
  await closes(withCamera)
})

test('the account is closed', { timeout: 120_000 }, async () => {
  const me = await active(browser, world, lang, 59)
  counted('Close the account (J18)', await trail(me, async () => {
    await menu(me, 'close')
    await me.tap('close-account')
    await me.at('confirm-act')
    await me.code(CODE)
    await me.tap('approve')
    await ends(me, 'closed')
  }))
  await me.close()
})
