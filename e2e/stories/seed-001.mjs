// Seed 001: logging in to the municipality with the phone, the ways it goes and the ways it does not.
import assert from 'node:assert/strict'
import { closes, complaints, computer } from '../browser.mjs'
import { texts } from '../look.mjs'
import { Login } from '../people/login.mjs'
import { Service } from '../people/service.mjs'
import { step } from './step.mjs'

/** `me` is the active phone of seed 000. */
export async function logIn(t, { browser, world, lang, person, me }) {
  const say = texts(lang)
  const context = await computer(browser, lang)
  const page = await context.newPage()
  const heard = complaints(page)
  const service = new Service(page, world, lang)
  const login = new Login(page, lang)
  const national = person.customer.number.replace(/^\+\d+ /, '')
  const country = person.customer.number.startsWith('+352') ? 'LU' : 'BE'

  const start = async (options = {}) => {
    await service.visits()
    await service.logsIn()
    await login.asksNumber()
    await login.gives(national, { country, ...options })
    return login.match()
  }

  await step(t, 'the municipality leads to the login page', async () => {
    await service.visits()
    await service.sees('start')
    await service.logsIn()
    await login.asksNumber()
    await login.sees('number')
    await login.gives('02 279 22 11')
    await page.locator('#error').waitFor()
    await login.sees('number-landline')
  }, [page, me.page])
  await step(t, 'the number on the screen is typed on the phone, and the browser is in by itself', async () => {
    await login.gives(national, { country, remember: true })
    const match = await login.match()
    assert.match(match, /^\d\d$/)
    await login.sees('waiting')
    await me.opens(match)
    await me.sees('approval')
    assert.match(await me.page.getByTestId('who').innerText(), /localhost/)
    await me.tap('continue')
    await me.sees('approval-code')
    await me.code(person.code)
    await me.tap('approve')
    await me.sees('approved')
    await service.greets(person.customer.name.split(' ')[0])
    await service.sees('inside')
    await me.tap('to-home')
    await me.sees('home', 'home-after')
  }, [page, me.page])
  await step(t, 'the wrong number and a wrong code say what is left', async () => {
    await service.logsOut()
    const match = await start()
    await me.opens(match)
    await me.tap('continue')
    await me.code(person.code === '86420' ? '86421' : '86420')
    await me.tap('approve')
    await me.problem('not_accepted')
    await me.sees('approval', 'approval-wrong')
    assert.match(await me.page.getByTestId('problem').innerText(), /\b4\b/, 'four tries are left')
    await me.type('match', match)
    await me.tap('continue')
    await me.code(person.code)
    await me.tap('approve')
    await me.at('approved')
    await service.greets(person.customer.name.split(' ')[0])
    await me.tap('to-home')
    await service.logsOut()
  }, [page, me.page])
  await step(t, 'refused on the phone, the browser says so and offers the way back', async () => {
    await start()
    await me.opens()
    await me.tap('refuse')
    await me.sees('answer-refused')
    assert.match(await login.ended(), new RegExp(escape(say('site.ended.refused.title'))))
    await login.sees('refused')
    await me.tap('to-home')
    await page.locator('#back').click()
    await service.isBack()
    await service.sees('refused')
  }, [page, me.page])
  await step(t, '«I did not ask for this» ends it and says what to do', async () => {
    await start()
    await me.opens()
    await me.tap('fraud')
    await me.sees('fraud')
    await login.ended()
    await login.sees('fraud')
    await me.tap('to-home')
  }, [page, me.page])
  await step(t, 'an unknown number looks exactly the same', async () => {
    await start()
    const known = await login.words()
    await page.locator('#cancel').click()
    await service.isBack()
    await service.logsIn()
    await login.gives(unknownLike(national), { country })
    assert.equal(await login.words(), known)
    await login.sees('waiting-unknown')
    await page.locator('#cancel').click()
    await service.isBack()
  }, [page, me.page])
  assert.deepEqual(heard, [], 'the browser complained')
  await closes(context)
}

/** Another number of the same form. */
const unknownLike = (national) => `${national.slice(0, -2)}${national.endsWith('99') ? '98' : '99'}`

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
