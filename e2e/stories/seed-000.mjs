// Seed 000: a citizen activates the app with bank card and card reader, from the first screen to the home screen.
import assert from 'node:assert/strict'
import { texts } from '../look.mjs'
import { Bank } from '../people/bank.mjs'
import { messages, smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { step } from './step.mjs'

/** Plays it to the end; `person` has `customer` (of demo.json), `code`, and what this citizen does in their own way. */
export async function activate(t, { browser, world, lang, person, context = {} }) {
  const say = texts(lang)
  const { customer, code } = person
  const me = await Phone.take(browser, world, lang, context)

  await step(t, 'the first screen says what is needed', async () => {
    await me.sees('welcome')
    await me.tap('terms')
    await me.page.locator('dialog[open]').waitFor()
    await me.sees('welcome', 'terms')
    await me.tap('close')
    await me.tap('activate')
  }, [me.page])
  await step(t, 'the phone number, with a search for the country', async () => givesNumber(me, customer.number, say), [me.page])
  await step(t, 'closing the app loses nothing', async () => {
    await me.reopen()
    await me.at('email')
  }, [me.page])
  await step(t, person.email ? 'an e-mail address' : 'no e-mail address', async () => {
    await me.sees('email')
    if (!person.email) return me.tap('no-email')
    await me.type('email', 'an.vanlinden@')
    await me.tap('continue')
    await me.problem('email_invalid')
    await me.sees('email', 'email-wrong')
    await me.type('email', person.email)
    await me.tap('continue')
  }, [me.page])
  await step(t, 'the banks of the registry, by their names', async () => {
    await me.sees('bank')
    for (const bank of world.banks) await me.page.getByTestId(`bank-${bank.id}`).waitFor()
    assert.equal(world.banks.length, 8)
    await me.tap(`bank-${person.bank}`)
    await new Bank(me.page, lang).arrives()
    await me.page.goto(world.app)
    await me.sees('handover')
  }, [me.page])
  await step(t, 'at the bank: card, reader, signature', async () => atTheBank(me, customer, person), [me.page])
  const before = []
  await step(t, 'back in the app, a control code by SMS', async () => {
    await me.sees('sms')
    const sms = await smsCode(world, customer.number, before)
    assert.doesNotMatch(sms.text, /https?:/, 'never a link in an SMS')
    const wrong = sms.code === '11111' ? '22222' : '11111'
    await me.type('sms', wrong)
    await me.tap('continue')
    await me.problem('sms_wrong')
    await me.sees('sms', 'sms-wrong')
    await me.reopen()
    await me.at('sms')
    await me.type('sms', sms.code)
    await me.tap('continue')
  }, [me.page])
  await step(t, 'a code of one\'s own, twice', async () => choosesCode(me, code, customer), [me.page])
  await step(t, 'home proposes one thing at a time, each with a free answer', async () => {
    await me.sees('home', 'home-done')
    const proposals = [['notifications', 'yes'], ['sharing', person.yes ? 'yes' : 'not-now'], ...(person.email ? [] : [['email', 'not-now']]), ['block-code', 'not-now']]
    for (const [about, answer] of proposals) {
      await me.page.locator(`[data-about="${about}"]`).waitFor()
      await me.sees('home', `home-${about}`)
      await me.answers(about, answer)
    }
  }, [me.page])
  await step(t, 'the home screen knows the first name', async () => {
    await me.sees('home')
    assert.equal((await me.page.getByTestId('first-name').textContent()).trim(), customer.name.split(' ')[0])
    await me.reopen()
    await me.at('home')
    if (person.email) assert.ok((await messages(world, person.email)).length > 0, 'a mail says that the phone is active')
  }, [me.page])
  return me
}

async function givesNumber(me, number, say) {
  const foreign = !number.startsWith('+32')
  await me.sees('number')
  await me.type('number', '02 279 22 11')
  await me.tap('continue')
  await me.problem('number_landline')
  await me.sees('number', 'number-landline')
  await me.tap('country')
  await me.sees('country')
  await me.type('country-search', new Intl.DisplayNames([me.lang], { type: 'region' }).of('LU').slice(0, 6))
  await me.sees('country', 'country-search')
  await me.tap('country-LU')
  await me.at('number')
  assert.match(await me.page.locator('#country-value').innerText(), /\+352/)
  if (!foreign) {
    await me.tap('country')
    await me.tap('country-BE')
    await me.at('number')
  }
  await me.tap('help')
  assert.ok(say('app.help.number').length > 0)
  await me.page.locator('dialog[open]').waitFor()
  await me.sees('number', 'number-help')
  await me.tap('close')
  await me.type('number', number.replace(/^\+(32|352)/, foreign ? '' : '0').trim())
  await me.tap('continue')
  await me.at('email')
}

async function atTheBank(me, customer, person) {
  const bank = new Bank(me.page, me.lang)
  await me.tap('to-bank')
  await bank.arrives()
  await bank.sees('card')
  await bank.givesCard(customer.card)
  await bank.sees('sign')
  const shown = await me.page.locator('#shown-phone').innerText()
  const digits = (text) => text.replace(/\D/g, '')
  assert.ok(digits(shown).endsWith(digits(customer.number).slice(-4)), `the bank shows which number it vouches for: ${shown}`)
  if (person.slips) {
    await bank.signs('12345678')
    await me.page.locator('#error').waitFor()
    await bank.sees('sign-wrong')
  }
  const response = await bank.usesReader(customer.pin)
  await bank.sees('reader')
  await bank.signs(response)
}

async function choosesCode(me, code, customer) {
  await me.sees('code')
  await me.code('12345')
  await me.problem('code_common')
  await me.sees('code', 'code-common')
  const [year, month, day] = customer.birth_date.split('-')
  await me.code(`${day}${month}${year[2]}`)
  await me.problem('code_birthdate')
  await me.code(code)
  await me.code(code.split('').reverse().join(''))
  await me.tap('continue')
  await me.problem('code_differs')
  await me.sees('code', 'code-differs')
  await me.choosesCode(code)
}
