// Shorter ways through seed 004, for stories that are about something else.
import { Activation } from '../people/activation.mjs'
import { CardProgram } from '../people/card-program.mjs'
import { smsCode } from '../people/inbox.mjs'
import { Phone } from '../people/phone.mjs'
import { choosesCode } from './seed-004.mjs'

/** The activation page waits for a card. */
export async function atReader({ browser, world, lang, holder, more = {} }) {
  const computer = await Activation.visits(browser, world, lang, more)
  await computer.toReader({ number: holder.number })
  return computer
}

/** The card is read for that page; answers what the card program got back. */
export async function readsCard(computer, reader, { holder, applet = '1.8', fault }) {
  await reader.insert({ person: holder.card, applet, fault })
  const program = CardProgram.start(computer.world, reader, { session: await computer.session(), pin: holder.card.pin })
  return program.returns()
}

/** From the first page to the token. */
export async function getsToken(all) {
  const computer = await atReader(all)
  const back = await readsCard(computer, all.reader, all)
  await computer.isOpened(back.return)
  return { computer, token: await computer.token() }
}

/** A phone with the token typed, where the SMS code is asked; `before` are the messages that were there already. */
export async function typesToken({ browser, world, lang, holder }, token, me) {
  me ??= await Phone.take(browser, world, lang)
  await me.typesToken(holder.number, token)
  await me.at('sms')
  return me
}

/** The control code of the newest SMS that was not there at `seen`. */
export async function typesSms(me, world, holder, seen = []) {
  const { code } = await smsCode(world, holder.number, seen)
  await me.type('sms', code)
  await me.tap('continue')
}

/** The whole of it: an active phone of somebody with a card. */
export async function activeByCard(all, code) {
  const { computer, token } = await getsToken(all)
  const me = await typesToken(all, token)
  await typesSms(me, all.world, all.holder, all.seen)
  await choosesCode(me, code)
  await computer.close()
  return me
}
