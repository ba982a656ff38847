// When the answer is no: kindly, with the next step, and with a wait that cannot be dodged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closes, computer, open } from '../browser.mjs'
import { look, texts } from '../look.mjs'
import { Bank } from '../people/bank.mjs'
import { guestCard, guestNumber } from '../people/guests.mjs'
import { smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

/** From the first screen to the bank's page. */
async function toBank(lang, number, bank) {
  const me = await Phone.take(browser, world, lang)
  await me.tap('activate')
  await me.type('number', number.replace('+32 ', '0'))
  await me.tap('continue')
  await me.tap('no-email')
  await me.tap(`bank-${bank}`)
  const page = new Bank(me.page, lang)
  await page.arrives()
  return { me, bank: page }
}

/** The page between bank and app says that nothing came of it. */
async function backFromBank(me, name) {
  await me.page.locator('#to-app').waitFor()
  await look(me.page, me.lang, `return-${name}`)
  await me.page.locator('#to-app').click()
}

async function refusedAfterSigning(lang, id, bank, code) {
  const customer = world.customers.find((one) => one.id === id)
  const { me, bank: page } = await toBank(lang, customer.number, bank)
  await page.givesCard(customer.card)
  await page.signs(await page.usesReader(customer.pin))
  await backFromBank(me, code)
  await me.sees('refused', `refused-${code}`)
  assert.equal(await me.page.getByTestId('refusal').getAttribute('data-refusal'), code)
  return me
}

test('somebody of sixteen is told when to come back', async () => {
  await (await refusedAfterSigning('fr', 'emma', 'cbc', 'too_young')).close()
})

test('an old identity card at the bank: let your bank read the new one', async () => {
  await (await refusedAfterSigning('de', 'georges', 'fintro', 'bank_data_outdated')).close()
})

test('turning back at the bank is no failed attempt; three wrong codes ask for a new SMS', async () => {
  const number = guestNumber(77)
  const { me, bank } = await toBank('en', number, 'kbc')
  await me.page.locator('#refuse').click()
  await backFromBank(me, 'refused-bank')
  await me.sees('bank', 'bank-again')
  await me.tap('bank-kbc')
  await bank.givesCard(guestCard(77))
  await bank.signs(await bank.usesReader('1234'))
  await me.at('sms')
  const { code } = await smsCode(world, number)
  for (const left of [2, 1, 0]) await wrong(me, 'sms', 'sms', code === '11111' ? '22222' : '11111', left)
  await me.sees('sms', 'sms-spent')
  assert.match(await me.page.getByTestId('problem').innerText(), new RegExp(texts('en')('app.left.none')))
  await me.close()
})

test('signed in another browser: six digits bring the signature to the phone', async () => {
  const { me, digits, context } = await signedElsewhere('nl', 78)
  await me.sees('handover', 'handover-returned')
  await me.tap('type-return')
  await me.sees('return')
  await wrong(me, 'return', 'return-digits', other(digits), 4)
  await me.sees('return', 'return-wrong')
  await me.type('return-digits', digits)
  await me.tap('continue')
  await me.at('sms')
  await me.close()
  await closes(context)
})

test('a failed attempt means twenty minutes, also for a phone that was set up again', async () => {
  const { me, digits, context } = await signedElsewhere('en', 79)
  await closes(context)
  await me.at('handover')
  await me.tap('type-return')
  for (const left of [4, 3, 2, 1]) await wrong(me, 'return', 'return-digits', other(digits), left)
  await me.type('return-digits', other(digits))
  await me.tap('continue')
  await me.sees('refused', 'refused-return')
  assert.match(await me.page.getByTestId('clock').innerText(), /\b(19|20)\b/)
  await me.reopen()
  await me.at('refused')
  await me.page.getByTestId('clock').waitFor()
  await me.close()

  const again = await Phone.take(browser, world, 'en')
  await again.tap('activate')
  await again.type('number', guestNumber(79).replace('+32 ', '0'))
  await again.tap('continue')
  await again.page.locator('[data-screen="wait"], [data-screen="email"]').waitFor()
  if (await again.page.getByTestId('no-email').isVisible()) {
    await again.tap('no-email')
    await again.tap('bank-kbc')
  }
  await again.sees('wait', 'wait-again')
  assert.match(await again.page.getByTestId('clock').innerText(), /\b(19|20)\b/, 'about twenty minutes')
  await again.close()
})

/** The phone waits while its owner signs at the bank on a computer, which then shows six digits. */
async function signedElsewhere(lang, guest) {
  const { me } = await toBank(lang, guestNumber(guest), 'kbc')
  const place = me.page.url()
  await me.page.goto(world.app)
  const context = await computer(browser, lang)
  const page = await context.newPage()
  await page.goto(place)
  const bank = new Bank(page, lang)
  await bank.arrives()
  await look(page, lang, 'bank-card-wide')
  await bank.givesCard(guestCard(guest))
  const response = await bank.usesReader('1234')
  await look(page, lang, 'bank-sign-wide')
  await bank.signs(response)
  const digits = await page.locator('#return-code').innerText()
  await look(page, lang, 'return-elsewhere')
  return { me, digits: digits.replace(/\D/g, ''), context }
}

/** Types what is wrong and waits until the app says how many tries are left. */
async function wrong(me, screen, field, digits, left) {
  await me.at(screen)
  await me.type(field, digits)
  const answer = me.page.waitForResponse((one) => one.url().endsWith(`/activation/${screen}`) && one.status() !== 401)
  await me.tap('continue')
  assert.equal((await (await answer).json()).left, left)
  await me.page.locator('[data-testid="continue"][aria-disabled="false"]').waitFor()
  await me.problem(`${screen}_wrong`)
}

const other = (digits) => digits.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10))
