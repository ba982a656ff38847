import { describe, expect, it } from 'vitest'
import * as activate from '../src/journeys/activate.ts'
import { screenOf } from '../src/state.ts'
import { activated, CODE, toSms, town } from './town.ts'

describe('somebody who activates with their bank', () => {
  it('is called by their first name at the end', async () => {
    const { app } = await activated()
    expect(screenOf(app.state)).toBe('home')
    expect(app.state.greeting).toBe(true)
    expect(app.state.home?.first_name).toBe('An')
    expect(app.state.home?.settings).toEqual({ biometrics: false, notifications: false, sharing: false })
  })

  it('meets the steps in order', async () => {
    const made = await town()
    const { app } = made
    const seen = [screenOf(app.state)]
    app.subscribe(() => screenOf(app.state) !== seen.at(-1) && seen.push(screenOf(app.state)))
    await toSms(made)
    await activate.giveSms(app, '30899')
    await activate.chooseCode(app, CODE)
    expect(seen).toEqual(['welcome', 'number', 'email', 'bank', 'handover', 'sms', 'code', 'home'])
  })

  it('lands on the same step after closing the app', async () => {
    const first = await town()
    await toSms(first)
    const again = await town({ fresh: false, mock: first.mock })
    expect(screenOf(again.app.state)).toBe('sms')
    await activate.giveSms(again.app, '30899')
    await activate.chooseCode(again.app, CODE)
    const third = await town({ fresh: false, mock: first.mock })
    expect(screenOf(third.app.state)).toBe('home')
    expect(third.app.state.greeting).toBe(false)
  })

  it('is active even if the app was killed before the certificate arrived', async () => {
    const made = await town()
    await toSms(made)
    await activate.giveSms(made.app, '30899')
    made.wire.lost = (path) => path.endsWith('finish')
    await activate.chooseCode(made.app, CODE)
    expect(made.app.state.problem?.code).toBe('offline')
    const again = await town({ fresh: false, mock: made.mock })
    expect(screenOf(again.app.state)).toBe('home')
  })

  it('goes back to the number and forward again without losing anything', async () => {
    const made = await town()
    const { app } = made
    await activate.begin(app, 'bank')
    await activate.giveNumber(app, '0468 75 89 60')
    await activate.giveEmail(app, 'an@voorbeeld.be')
    app.dispatch({ type: 'back' })
    app.dispatch({ type: 'back' })
    expect(screenOf(app.state)).toBe('number')
    await activate.giveNumber(app, '0470 11 22 33')
    expect(screenOf(app.state)).toBe('email')
    await activate.giveEmail(app, 'an@voorbeeld.be')
    expect(screenOf(app.state)).toBe('bank')
    expect(app.state.view?.number).toBe('+32 470 11 22 33')
  })

  it('can give up, and nothing is left on the phone', async () => {
    const made = await town()
    await toSms(made)
    await activate.cancel(made.app)
    expect(screenOf(made.app.state)).toBe('welcome')
    expect(await made.app.store.get('device')).toBeUndefined()
  })
})

describe('what is refused, and what is said then', () => {
  it.each([['02 513 44 55', 'number_landline'], ['0903 11 22 33', 'number_premium'], ['12', 'number_invalid'], ['abc', 'number_empty']])('the number %s: %s', async (number, problem) => {
    const { app } = await town()
    await activate.begin(app, 'bank')
    await activate.giveNumber(app, number)
    expect(app.state.problem?.code).toBe(problem)
    expect(screenOf(app.state)).toBe('number')
  })

  it.each([['fintro', 'too_young'], ['cbc', 'bank_data_outdated'], ['hello', 'bank_refused']])('bank %s ends in %s, and the number must wait', async (bank, code) => {
    const made = await town()
    await toSms(made, bank)
    expect(screenOf(made.app.state)).toBe('refused')
    expect(made.app.state.view?.refusal?.code).toBe(code)
    await activate.again(made.app)
    expect(screenOf(made.app.state)).toBe('number')
    expect(made.app.state.typed).toBe('0468 75 89 60')
    await activate.giveNumber(made.app, made.app.state.typed)
    expect(screenOf(made.app.state)).toBe('wait')
    expect(made.app.state.wait?.until).toBeGreaterThan(made.mock.now() + 19 * 60)
  })

  it('a wrong SMS code says how many tries are left, three end the attempt', async () => {
    const made = await town()
    await toSms(made)
    await activate.giveSms(made.app, '11111')
    expect(made.app.state.problem).toMatchObject({ code: 'sms_wrong', left: 2 })
    await activate.giveSms(made.app, '11112')
    await activate.giveSms(made.app, '11113')
    expect(screenOf(made.app.state)).toBe('refused')
    expect(made.app.state.view?.refusal?.code).toBe('sms_exhausted')
  })

  it('another SMS too soon: the clock is honest', async () => {
    const made = await town()
    await toSms(made)
    await activate.resend(made.app)
    expect(made.app.state.problem).toMatchObject({ code: 'wait' })
    made.mock.ahead += 61
    await activate.resend(made.app)
    expect(made.app.state.problem).toBeNull()
  })

  it('six digits typed by hand join a return in another browser', async () => {
    const made = await town()
    await toSms(made, 'ing')
    expect(screenOf(made.app.state)).toBe('handover')
    await activate.look(made.app)
    expect(made.app.state.view?.handover?.returned).toBe(true)
    await activate.typeReturn(made.app, '111111')
    expect(made.app.state.problem).toMatchObject({ code: 'return_wrong', left: 4 })
    await activate.typeReturn(made.app, '246 810')
    expect(screenOf(made.app.state)).toBe('sms')
  })

  it('a return on a phone that started nothing warns and does nothing', async () => {
    const made = await town()
    await made.app.store.write({ values: { return: 'abcdefghijklmnopqrstuv' } })
    const calls = made.wire.calls.length
    await activate.bringBack(made.app)
    expect(screenOf(made.app.state)).toBe('stranger')
    expect(made.wire.calls.length).toBe(calls)
  })

  it.each([['12345', 'code_common'], ['31955', 'code_birthdate'], ['58960', 'code_number']])('the weak code %s is not even sent: %s', async (code, problem) => {
    const made = await town()
    await toSms(made)
    await activate.giveSms(made.app, '30899')
    const calls = made.wire.calls.length
    expect(activate.takesCode(made.app, code)).toBe(false)
    await activate.chooseCode(made.app, code)
    expect(made.app.state.problem?.code).toBe(problem)
    expect(made.wire.calls.length).toBe(calls)
  })
})

it('the code is in nothing that leaves the phone and in nothing that it keeps', async () => {
  const made = await activated()
  for (const { body } of made.wire.calls) {
    expect(body).not.toContain(CODE)
    for (const part of body.split('.')) expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain(CODE)
  }
  const kept = await Promise.all(['device', 'chain', 'profile', 'root', 'known', 'dismissed', 'lang'].map((key) => made.app.store.get(key)))
  expect(JSON.stringify(kept)).not.toContain(CODE)
  expect(JSON.stringify(made.app.state)).not.toContain(CODE)
})

it('no key of the phone can be taken out', async () => {
  const { app } = await activated()
  for (const key of [app.own.key, app.own.pepper, app.own.vault]) {
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey(key === app.own.key ? 'pkcs8' : 'raw', key)).rejects.toThrow()
  }
})

it('a number with its country written out is understood', () => {
  expect(activate.readNumber('+352 621 123 456', 'BE')).toEqual({ country: 'LU', number: '+352621123456' })
  expect(activate.readNumber('0032 468 75 89 60', 'NL')).toEqual({ country: 'BE', number: '+32468758960' })
  expect(activate.readNumber('0468 75 89 60', 'BE')).toEqual({ country: 'BE', number: '0468 75 89 60' })
})
