import { describe, expect, it } from 'vitest'
import * as activate from '../src/journeys/activate.ts'
import { fetchPending, openRequest, refuse } from '../src/journeys/approve.ts'
import { refreshHome } from '../src/journeys/boot.ts'
import { giveToken, readOffer, takeWay } from '../src/journeys/token.ts'
import { canGoBack } from '../src/history.ts'
import { parseJws } from '../src/protocol/jose.ts'
import { readToken, sortOf, strangers } from '../src/token-letters.ts'
import { screenOf } from '../src/state.ts'
import { activated, approveWith, CODE, town, type Town } from './town.ts'

const NUMBER = '0468 75 89 60'

/** Up to the fields for number and token, the number typed. */
async function toToken({ app }: Town, number = NUMBER): Promise<void> {
  await activate.begin(app, 'eid')
  app.dispatch({ type: 'typed', typed: number })
}

async function toSms(made: Town, token = 'aB3dE4'): Promise<void> {
  await toToken(made)
  await giveToken(made.app, token)
}

async function finish({ app }: Town): Promise<void> {
  await activate.chooseCode(app, CODE)
}

/** The bodies of one command that left this phone. */
const sent = ({ wire }: Town, name: string) =>
  wire.calls.filter((call) => call.path === `/api/v1/${name}`).map((call) => (parseJws(call.body).payload as { body: unknown }).body)

describe('somebody with an identity card', () => {
  it('meets the steps in order: number and token, SMS, code', async () => {
    const made = await town()
    const { app } = made
    const seen = [screenOf(app.state)]
    app.subscribe(() => screenOf(app.state) !== seen.at(-1) && seen.push(screenOf(app.state)))
    await toSms(made)
    await activate.giveSms(app, '30899')
    await finish(made)
    expect(seen).toEqual(['welcome', 'token', 'sms', 'code', 'home'])
    expect(app.state.home?.first_name).toBe('An')
  })

  it('keeps the token on the phone until the SMS code goes with it', async () => {
    const made = await town()
    await toSms(made)
    expect(sent(made, 'activation/eid')).toEqual([{}])
    await activate.giveSms(made.app, '30899')
    expect(sent(made, 'activation/sms')).toEqual([{ code: '30899', token: 'aB3dE4' }])
    expect(made.app.state.token).toBe('')
    expect(await made.app.store.get('token')).toBeUndefined()
  })

  it('may close the app at any step: way and token are still there, and the token not in plain sight', async () => {
    const first = await town()
    await toToken(first)
    const second = await town({ fresh: false, mock: first.mock })
    expect(screenOf(second.app.state)).toBe('token')
    second.app.dispatch({ type: 'typed', typed: NUMBER })
    await giveToken(second.app, 'aB3dE4')
    expect(JSON.stringify(await second.app.store.get('token'))).not.toContain('aB3dE4')
    const third = await town({ fresh: false, mock: first.mock })
    expect(screenOf(third.app.state)).toBe('sms')
    await activate.giveSms(third.app, '30899')
    expect(screenOf(third.app.state)).toBe('code')
    await finish(third)
    const fourth = await town({ fresh: false, mock: first.mock })
    expect(screenOf(fourth.app.state)).toBe('home')
  })

  it('pastes a token with blanks around it', async () => {
    const made = await town()
    await toToken(made)
    await giveToken(made.app, ' aB3 dE4\n')
    expect(screenOf(made.app.state)).toBe('sms')
    expect(made.app.state.token).toBe('aB3dE4')
  })

  it.each([['aB3dE', 'token_length'], ['', 'token_length'], ['aB3dEo', 'token_character'], ['aB3dE8', 'token_character']])('types %s and is told %s, before anything leaves', async (typed, problem) => {
    const made = await town()
    await toToken(made)
    await giveToken(made.app, typed)
    expect(made.app.state.problem?.code).toBe(problem)
    expect(screenOf(made.app.state)).toBe('token')
    expect(sent(made, 'activation/eid')).toEqual([])
  })

  it('gave another number than on the computer: mends it and goes on without typing the token again', async () => {
    const made = await town()
    await toToken(made, '0470 11 22 33')
    await giveToken(made.app, 'aB3dE4')
    made.app.dispatch({ type: 'back' })
    expect(screenOf(made.app.state)).toBe('token')
    expect(made.app.state.token).toBe('aB3dE4')
    made.app.dispatch({ type: 'typed', typed: NUMBER })
    await giveToken(made.app, made.app.state.token)
    expect(screenOf(made.app.state)).toBe('sms')
    expect(made.app.state.view?.number).toBe('+32 468 75 89 60')
    await activate.giveSms(made.app, '30899')
    expect(screenOf(made.app.state)).toBe('code')
  })

  it('gives the same number again by mistake and is back at the SMS', async () => {
    const made = await town()
    await toSms(made)
    made.app.dispatch({ type: 'revisit', to: 'number' })
    await giveToken(made.app, 'aB3dE4')
    expect(screenOf(made.app.state)).toBe('sms')
  })
})

describe('when the token is not right', () => {
  it('a wrong letter, and then only the token is asked again', async () => {
    const made = await town()
    await toSms(made, 'aB3dE5')
    await activate.giveSms(made.app, '30899')
    expect(screenOf(made.app.state)).toBe('token')
    expect(made.app.state.problem).toMatchObject({ code: 'token_wrong', left: 4 })
    await giveToken(made.app, 'aB3dE4')
    expect(sent(made, 'activation/token')).toEqual([{ token: 'aB3dE4' }])
    expect(screenOf(made.app.state)).toBe('code')
  })

  it('a capital in place of a small letter is told as such, and the letters stay in the field', async () => {
    const made = await town()
    await toSms(made, 'AB3dE4')
    await activate.giveSms(made.app, '30899')
    expect(made.app.state.problem).toMatchObject({ code: 'token_case', left: 4 })
    expect(made.app.state.token).toBe('AB3dE4')
  })

  it('one that expired empties the field, also for somebody who closes the app; number and SMS stay valid', async () => {
    const made = await town()
    await toSms(made, 'aaaaaa')
    await activate.giveSms(made.app, '30899')
    expect(made.app.state.problem?.code).toBe('token_expired')
    expect(made.app.state.token).toBe('')
    const again = await town({ fresh: false, mock: made.mock })
    expect(screenOf(again.app.state)).toBe('token')
    expect(again.app.state.token).toBe('')
    await giveToken(again.app, 'aB3dE4')
    expect(screenOf(again.app.state)).toBe('code')
  })

  it('five wrong ones end the attempt, and the number must wait', async () => {
    const made = await town()
    await toSms(made, 'aB3dE5')
    await activate.giveSms(made.app, '30899')
    for (const wrong of ['aB3dE7', 'aB3dEA', 'aB3dEB', 'aB3dED']) await giveToken(made.app, wrong)
    expect(screenOf(made.app.state)).toBe('refused')
    expect(made.app.state.view?.refusal?.code).toBe('token_exhausted')
    expect(await made.app.store.get('token')).toBeUndefined()
    await activate.again(made.app)
    expect(screenOf(made.app.state)).toBe('token')
    expect(made.app.state.way).toBe('eid')
  })

  it('a wrong SMS code keeps the token where it is', async () => {
    const made = await town()
    await toSms(made)
    await activate.giveSms(made.app, '11111')
    expect(made.app.state.problem).toMatchObject({ code: 'sms_wrong', left: 2 })
    await activate.giveSms(made.app, '30899')
    expect(screenOf(made.app.state)).toBe('code')
  })
})

describe('changing one\'s mind', () => {
  it('from the banks to the card and back, the number stays', async () => {
    const { app } = await town()
    await activate.begin(app, 'bank')
    await activate.giveNumber(app, NUMBER)
    await activate.giveEmail(app, null)
    app.dispatch({ type: 'revisit', to: 'missing' })
    await takeWay(app, 'eid')
    expect(screenOf(app.state)).toBe('token')
    await takeWay(app, 'bank')
    expect(screenOf(app.state)).toBe('bank')
    await activate.chooseBank(app, 'belfius')
    app.dispatch({ type: 'back' })
    await takeWay(app, 'eid')
    expect(screenOf(app.state)).toBe('token')
    await giveToken(app, 'aB3dE4')
    expect(screenOf(app.state)).toBe('sms')
    expect(app.state.view?.number).toBe('+32 468 75 89 60')
  })

  it('Back walks through the answers: token, first screen, and from there another way', async () => {
    const made = await town()
    const { app } = made
    await toToken(made)
    app.dispatch({ type: 'revisit', to: 'no-token' })
    const path: string[] = []
    for (let steps = 0; steps < 2; steps++) {
      app.dispatch({ type: 'back' })
      path.push(screenOf(app.state))
    }
    expect(path).toEqual(['token', 'welcome'])
    expect(canGoBack(app.state)).toBe(false)
    await activate.begin(app, 'bank')
    expect(screenOf(app.state)).toBe('number')
  })

  it('after the SMS the token can only be given or the attempt paused', async () => {
    const made = await town()
    await toSms(made, 'aaaaaa')
    await activate.giveSms(made.app, '30899')
    made.app.dispatch({ type: 'back' })
    expect(screenOf(made.app.state)).toBe('pause')
  })
})

describe('somebody who has an account on another phone', () => {
  async function twoPhones(): Promise<{ old: Town; fresh: Town }> {
    const old = await activated()
    const fresh = await town({ mock: old.mock })
    await toSms(fresh)
    await activate.giveSms(fresh.app, '30899')
    expect(fresh.app.state.view?.account_known).toBe(true)
    await fetchPending(old.app)
    await openRequest(old.app, old.app.state.waiting[0]?.request.rid ?? '')
    return { old, fresh }
  }

  it('the old phone agrees with its code and no number: nothing is limited, and it is cut off', async () => {
    const { old, fresh } = await twoPhones()
    expect(screenOf(old.app.state)).toBe('approval')
    await approveWith(old, CODE, '')
    expect(screenOf(old.app.state)).toBe('approved')
    await finish(fresh)
    await refreshHome(fresh.app)
    expect(fresh.app.state.home?.limited).toBeUndefined()
    await old.app.during(async () => void (await refreshHome(old.app)))
    expect(old.app.state.ended).toMatchObject({ why: 'replaced' })
    expect(screenOf(old.app.state)).toBe('ended')
  })

  it('the old phone says that it is somebody else: the new one is told to stop', async () => {
    const { old, fresh } = await twoPhones()
    await refuse(old.app)
    expect(screenOf(old.app.state)).toBe('answer-refused')
    await activate.look(fresh.app)
    expect(screenOf(fresh.app.state)).toBe('refused')
    expect(fresh.app.state.view?.refusal?.code).toBe('stopped')
  })

  it('a wrong code on the old phone agrees to nothing, and the question is the same one again', async () => {
    const { old, fresh } = await twoPhones()
    await approveWith(old, '60606', '')
    expect(old.app.state.problem).toMatchObject({ code: 'code_wrong', left: 4 })
    expect(old.app.state.waiting[0]?.request.kind).toBe('admin')
    await approveWith(old, CODE, '')
    expect(screenOf(old.app.state)).toBe('approved')
    await finish(fresh)
    expect(screenOf(fresh.app.state)).toBe('home')
  })

  it('the old phone stays silent: a day of logging in only, told with its end', async () => {
    const { fresh } = await twoPhones()
    await finish(fresh)
    await refreshHome(fresh.app)
    const hours = ((fresh.app.state.home?.limited ?? 0) - fresh.mock.now()) / 3600
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
  })
})

describe('number and token from the computer\'s page', () => {
  const LINK = '#token=aB3dE4&number=%2B32468758960'

  it('are filled in and said, and nothing begins by itself', async () => {
    const made = await town({ hash: LINK })
    const { app } = made
    expect(screenOf(app.state)).toBe('welcome')
    expect(app.state).toMatchObject({ offered: true, token: 'aB3dE4', typed: '468 75 89 60', country: 'BE' })
    expect(location.hash).toBe('')
    expect(made.wire.calls.filter((call) => call.path.startsWith('/api/'))).toEqual([])
    await activate.begin(app, 'eid')
    expect(screenOf(app.state)).toBe('token')
    await giveToken(app, app.state.token)
    expect(screenOf(app.state)).toBe('sms')
  })

  it('wait on the first screen where an activation runs, and change nothing past the number', async () => {
    const made = await town()
    await activate.begin(made.app, 'bank')
    const again = await town({ fresh: false, mock: made.mock, hash: LINK })
    expect(screenOf(again.app.state)).toBe('welcome')
    await activate.begin(again.app, 'eid')
    await giveToken(again.app, again.app.state.token)
    const third = await town({ fresh: false, mock: made.mock, hash: '#token=bB3dE4&number=%2B32470112233' })
    expect(screenOf(third.app.state)).toBe('sms')
    expect(third.app.state.token).toBe('aB3dE4')
  })

  it('are nothing to an active phone', async () => {
    const made = await activated()
    const again = await town({ fresh: false, mock: made.mock, hash: LINK })
    expect(screenOf(again.app.state)).toBe('home')
    expect(again.app.state.token).toBe('')
  })

  it.each(['#token=aB3dE&number=%2B32468758960', '#token=aB3dE0&number=%2B32468758960', '#token=aB3dE4', '#token=aB3dE4&number=0468758960', '#token=aB3dE4&number=%2B324687589601234567', '#number=%2B32468758960', '#token=<b>&number=x', ''])(
    '%s is nothing',
    (hash) => expect(readOffer(hash)).toBeNull(),
  )
})

describe('the letters of a token', () => {
  it('names what stands in no token, once', () => {
    expect(strangers('aB3dE4')).toEqual([])
    expect(strangers('oO01oé')).toEqual(['o', 'O', '0', '1', 'é'])
  })

  it('drops blanks and dashes of a paste, and nothing else', () => {
    expect(readToken('aB3-dE4')).toBe('aB3dE4')
    expect(readToken('a\u200bB\u00a03\u2011dE4 ')).toBe('aB3dE4')
    expect(readToken('aB3.E4')).toBe('aB3.E4')
  })

  it('says which sort a sign is', () => {
    expect(['B', 'b', '3'].map(sortOf)).toEqual(['capital', 'small', 'digit'])
  })
})
