// Seed 004: a citizen activates the app with identity card and card reader: computer, card program, phone.
import assert from 'node:assert/strict'
import { texts } from '../look.mjs'
import { Activation } from '../people/activation.mjs'
import { CardProgram } from '../people/card-program.mjs'
import { messages, smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { Reader } from '../people/reader.mjs'
import { step } from './step.mjs'

/** Plays it to the end. `person`: `holder`, `applet`, `code`, `email`, and whether they slip (wrong fields, wrong PIN, wrong case). */
export async function activateWithCard(t, { browser, world, lang, person }) {
  const say = texts(lang)
  const { holder, applet, code, email = null, slips = false } = person
  const reader = await Reader.plugIn(world)
  const computer = await Activation.visits(browser, world, lang)
  const me = await Phone.take(browser, world, lang)
  const pages = () => [computer.page, me.page]
  let token

  try {
    await step(t, 'the one form says what is needed and asks four things', async () => {
      await computer.sees('details')
      if (slips) await fillsInBadly(computer, holder)
      await computer.toReader({ number: holder.number, email })
    }, pages())
    await step(t, 'what was typed stands large beside the card, and may be changed', async () => {
      assert.match(await computer.page.locator('#number').innerText(), new RegExp(holder.number.slice(-5)))
      await computer.page.reload()
      await computer.page.locator('#live').waitFor()
      assert.deepEqual(await computer.opened(), [await computer.page.locator('#start').getAttribute('href')], 'the card program is opened, once')
      if (!slips) return
      const before = await computer.session()
      await computer.changes()
      assert.equal(await computer.page.locator('#email').inputValue(), email)
      await computer.sees('changed')
      await computer.continues()
      await computer.page.locator('#live').waitFor()
      assert.notEqual(await computer.session(), before, 'what was begun before is over')
    }, pages())
    await step(t, 'the page waits for the card program, which says who asks', async () => {
      await computer.sees('reader')
      const program = CardProgram.start(world, reader, { code: await computer.code(), pin: holder.card.pin })
      const asks = await program.asks()
      assert.equal(asks.origin, world.issuer)
      assert.ok(asks.number.endsWith(holder.number.slice(-5)), `the number is shown masked: ${asks.number}`)
      assert.ok(!asks.number.includes(holder.number.slice(4, 10)), `and only masked: ${asks.number}`)
      await computer.hears(say('site.activate.state.no_card'))
      await computer.sees('no-card')
      await reader.insert({ person: holder.card, applet })
      const back = await program.returns()
      assert.equal(back.first_name, holder.first_name)
      await computer.hears(say('site.activate.state.proven'))
      await computer.sees('proven')
      await computer.isOpened(back.return)
    }, pages())
    await step(t, 'the token, in the browser that began', async () => {
      token = await computer.token()
      await computer.sees('token')
      await computer.page.reload()
      assert.equal(await computer.token(), token, 'a reload shows the same token')
    }, pages())
    await step(t, 'on the phone: number and token on one screen', async () => {
      await me.sees('welcome')
      await me.tap('activate-eid')
      await me.at('token')
      await me.type('number', holder.number.replace('+32 ', '0'))
      await me.sees('token')
      await me.tap('no-token')
      await me.sees('no-token')
      assert.equal(await me.page.getByTestId('place').innerText(), `${world.issuer}/activate`)
      await me.tap('continue')
      await me.type('token', slips ? otherCase(token) : token)
      await me.sees('token', 'token-typed')
      await me.tap('continue')
    }, pages())
    await step(t, 'a control code by SMS, and only then the token counts', async () => {
      await me.sees('sms')
      await me.reopen()
      const sms = await smsCode(world, holder.number)
      assert.doesNotMatch(sms.text, /https?:/, 'never a link in an SMS')
      await me.type('sms', sms.code)
      await me.tap('continue')
      if (!slips) return
      await me.problem('token_case')
      await me.sees('token', 'token-case')
      await me.type('token', token)
      await me.tap('continue')
    }, pages())
    await step(t, 'the computer shows which phone it was', async () => {
      await me.at('code')
      await computer.page.locator('#device').waitFor()
      await computer.sees('phone')
    }, pages())
    await step(t, 'a code of one\'s own, twice on one screen', async () => choosesCode(me, code), pages())
    await step(t, 'the home screen knows the first name from the card', async () => {
      await me.sees('home')
      assert.equal((await me.page.getByTestId('first-name').textContent()).trim(), holder.first_name)
      assert.equal(await me.page.getByTestId('limited').count(), 0)
      if (email) assert.ok((await messages(world, email)).length > 0, 'a mail says that the phone is active')
    }, pages())
    await step(t, 'the computer says that it is done', async () => {
      await computer.page.locator('h1').filter({ hasText: say('site.activate.done.title') }).waitFor()
      await computer.sees('done')
    }, pages())
    await computer.close()
    return me
  } finally {
    await reader.unplug()
  }
}

/** Everything that can be forgotten on the first page, each told in its place. */
async function fillsInBadly(computer, holder) {
  await computer.continues()
  await computer.page.locator('#error').waitFor()
  await computer.sees('details-empty')
  await computer.gives({ number: '02 279 22 11' })
  await computer.page.locator('#error').waitFor()
  await computer.gives({ number: holder.number, email: 'griet@' })
  await computer.page.locator('#error').waitFor()
  await computer.gives({ number: holder.number, location: false })
  await computer.page.locator('#error').waitFor()
  await computer.sees('details-location')
  await computer.gives({ number: holder.number, terms: false })
  await computer.page.locator('#error').waitFor()
  await computer.sees('details-terms')
}

/** The same six characters with one letter the other way round. */
function otherCase(token) {
  const at = [...token].findIndex((sign) => /[ABDEFGHMNRTY]/i.test(sign))
  assert.ok(at >= 0, `a token of digits alone: ${token}`)
  const turned = token[at] === token[at].toLowerCase() ? token[at].toUpperCase() : token[at].toLowerCase()
  return token.slice(0, at) + turned + token.slice(at + 1)
}

export const choosesCode = (me, code) => me.choosesCode(code)
