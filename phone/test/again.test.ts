// The way back to a working account, from everywhere a phone can be.
import { describe, expect, it } from 'vitest'
import * as activate from '../src/journeys/activate.ts'
import { reactivate, startAnew } from '../src/journeys/again.ts'
import { fetchPending } from '../src/journeys/approve.ts'
import { refreshHome } from '../src/journeys/boot.ts'
import { settle } from '../src/journeys/settings.ts'
import { sitePage } from '../src/help.ts'
import { ENDINGS, type Home } from '../src/contract.ts'
import { nextSuggestion, SUGGESTIONS } from '../src/screens/suggestions.tsx'
import { screenOf, type State } from '../src/state.ts'
import { storeName } from '../src/which-phone.ts'
import { activated, approveWith, CODE, loginOpened, toSms, town, type Town } from './town.ts'

const NEW_CODE = '47138'

/** Everything that the app asks the server for from here on. */
function screens({ app }: Town): string[] {
  const seen = [screenOf(app.state)] as string[]
  app.subscribe(() => screenOf(app.state) !== seen.at(-1) && seen.push(screenOf(app.state)))
  return seen
}

async function signs({ app, mock }: Town): Promise<void> {
  const back = await mock.handle('GET', `/mock/bank?act=${app.state.view?.activation}`, '')
  await app.store.write({ values: { return: back.location?.split('=')[1] } })
  await activate.bringBack(app)
}

/** From the press of the button to the home screen; nothing is typed but SMS code and new code. */
async function comesBack(made: Town): Promise<string[]> {
  const { app } = made
  const seen = screens(made)
  await reactivate(app)
  await activate.chooseBank(app, app.state.known?.bank?.id ?? 'belfius')
  await signs(made)
  await activate.giveSms(app, '30899')
  await activate.chooseCode(app, NEW_CODE)
  return seen
}

async function endedAs(why: string): Promise<Town> {
  const made = await activated()
  made.mock.end([...made.mock.phones.values()][0]!, why)
  await fetchPending(made.app).catch((error: unknown) => made.app.fail(error))
  return made
}

describe('a phone whose part is over', () => {
  it.each(ENDINGS.filter((why) => why !== 'unknown'))('says why: %s, also the next time it opens without a line', async (why) => {
    const made = await endedAs(why)
    expect(screenOf(made.app.state)).toBe('ended')
    expect(made.app.state.ended?.why).toBe(why)
    const again = await town({ fresh: false, mock: made.mock, down: true })
    expect(screenOf(again.app.state)).toBe('ended')
    expect(again.app.state.ended).toEqual(made.app.state.ended)
  })

  it('a reason it does not know is told in general words', async () => {
    expect((await endedAs('struck by lightning')).app.state.ended?.why).toBe('unknown')
  })

  it('comes back in at most six screens: number and bank are known, the server says that the account is', async () => {
    const made = await endedAs('citizen')
    const seen = await comesBack(made)
    expect(seen.filter((one) => !['welcome', 'number', 'handover', 'home', 'loading'].includes(one))).toEqual(['ended', 'bank', 'sms', 'code'])
    expect(made.app.state.home?.first_name).toBe('An')
    expect(made.app.state.ended).toBeNull()
    const again = await town({ fresh: false, mock: made.mock })
    expect(screenOf(again.app.state)).toBe('home')
  })

  it('never says that there is an account before the server does', async () => {
    const made = await endedAs('replaced')
    const said: string[] = []
    made.app.subscribe(() => made.app.state.view?.account_known && said.push(made.app.state.view.step))
    await comesBack(made)
    expect(new Set(said)).toEqual(new Set(['sms', 'code']))
  })

  it('keeps its screen and its memory while there is no line to begin again with', async () => {
    const made = await endedAs('citizen')
    made.wire.cut = () => true
    await reactivate(made.app)
    expect(screenOf(made.app.state)).toBe('ended')
    expect(made.app.state.problem?.code).toBe('offline')
    made.wire.cut = () => false
    await comesBack(made)
    expect(screenOf(made.app.state)).toBe('home')
  })

  it('a closed account begins from nothing', async () => {
    const made = await endedAs('closed')
    await startAnew(made.app)
    expect(screenOf(made.app.state)).toBe('welcome')
    expect(made.app.state.known).toBeNull()
    expect(await made.app.store.get('known')).toBeUndefined()
  })

  it('what it keeps in the clear is a number and a bank', async () => {
    const { app } = await activated()
    expect(await app.store.get('known')).toEqual({ number: '+32 468 75 89 60', bank: { id: 'belfius', name: 'Belfius', needs_app: true } })
  })
})

describe('a forgotten code', () => {
  async function oneTryLeft(): Promise<Town> {
    const made = await activated()
    await loginOpened(made)
    for (const phone of made.mock.phones.values()) phone.tries = 3
    await approveWith(made, '60606')
    return made
  }

  it('before the last try the app says that nobody can give it back', async () => {
    const { app } = await oneTryLeft()
    expect(app.state.problem).toMatchObject({ code: 'not_accepted_last', left: 1 })
  })

  it('somebody thinks again and goes back: nothing has changed', async () => {
    const { app } = await oneTryLeft()
    app.dispatch({ type: 'ended', ended: { why: 'forgotten' } })
    expect(screenOf(app.state)).toBe('ended')
    app.dispatch({ type: 'back' })
    expect(screenOf(app.state)).toBe('home')
    expect(app.chain).not.toBeNull()
  })

  it('reactivating chooses a new one, and the account is the same', async () => {
    const made = await oneTryLeft()
    made.app.dispatch({ type: 'ended', ended: { why: 'forgotten' } })
    await comesBack(made)
    expect(screenOf(made.app.state)).toBe('home')
    expect(made.mock.past.length).toBe(1)
  })

  it('the fifth wrong code blocks, and the way back is one button', async () => {
    const made = await activated()
    await loginOpened(made)
    for (const phone of made.mock.phones.values()) phone.tries = 4
    await approveWith(made, '60606')
    expect(made.app.state.ended?.why).toBe('wrong_codes')
    await comesBack(made)
    await loginOpened(made)
    await approveWith(made, NEW_CODE)
    expect(screenOf(made.app.state)).toBe('approved')
  })
})

it('a card that was stopped: another attempt is offered with something else than this card', async () => {
  const made = await town()
  await activate.begin(made.app, 'eid')
  const view = made.app.state.view!
  made.app.dispatch({ type: 'view', view: { ...view, step: 'refused', method: 'eid', refusal: { code: 'stopped_card' } } })
  await activate.again(made.app)
  expect(made.app.state.way).toBe('again')
  expect(screenOf(made.app.state)).toBe('number')
})

describe('what a browser can lose', () => {
  it('storage evicted by the browser: as on a new phone, and whoever has an account types no e-mail', async () => {
    const first = await activated()
    const made = await town({ mock: first.mock })
    expect(screenOf(made.app.state)).toBe('welcome')
    const seen = screens(made)
    await activate.begin(made.app, 'again')
    await activate.giveNumber(made.app, '0468 75 89 60')
    await activate.chooseBank(made.app, 'kbc')
    await signs(made)
    expect(made.app.state.view?.account_known).toBe(true)
    await activate.giveSms(made.app, '30899')
    await activate.chooseCode(made.app, NEW_CODE)
    expect(seen).toEqual(['welcome', 'number', 'bank', 'handover', 'sms', 'code', 'home'])
  })

  it('restored from a backup, keys gone: says so and offers to reactivate', async () => {
    const made = await activated()
    await made.app.store.write({ values: { device: { ...made.app.own, key: {} } } })
    const again = await town({ fresh: false, mock: made.mock })
    expect(again.app.state.broken).toBe('keys_gone')
    await comesBack(again)
    expect(screenOf(again.app.state)).toBe('home')
    expect(again.app.state.broken).toBeNull()
  })

  it('restored from a backup, the device row gone and the chain there', async () => {
    const made = await activated()
    await made.app.store.write({ values: { device: undefined } })
    const again = await town({ fresh: false, mock: made.mock })
    expect(again.app.state.broken).toBe('keys_gone')
  })

  it('restored from a backup, keys doubled: the one that is behind is out of step, and may come back', async () => {
    const made = await activated()
    const before = await made.app.store.get('chain')
    for (const _ of [1, 2]) {
      await loginOpened(made)
      await approveWith(made, CODE)
      made.app.dispatch({ type: 'close' })
    }
    await made.app.store.write({ values: { chain: before } })
    const twin = await town({ fresh: false, mock: made.mock })
    expect(twin.app.state.broken).toBe('out_of_step')
    await comesBack(twin)
    expect(screenOf(twin.app.state)).toBe('home')
  })

  it('keys gone in the middle of an activation: from the start, without a word', async () => {
    const made = await town()
    await toSms(made)
    await made.app.store.write({ values: { device: { ...made.app.own, pepper: null } } })
    const again = await town({ fresh: false, mock: made.mock })
    expect(screenOf(again.app.state)).toBe('welcome')
  })
})

describe.each([['a day behind', -86_400], ['a day ahead', 86_400]])('a clock that is %s', (_, ahead) => {
  it('activates, logs in, and tells the server\'s time', async () => {
    const first = await town()
    first.mock.ahead = ahead
    const made = first
    await toSms(made)
    await activate.giveSms(made.app, '30899')
    await activate.chooseCode(made.app, CODE)
    expect(screenOf(made.app.state)).toBe('home')
    await loginOpened(made)
    expect(made.app.state.waiting.length).toBe(1)
    await approveWith(made, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
    expect(Math.abs(made.app.channel.now() - made.mock.now())).toBeLessThan(3)
    expect(made.app.state.skew).toBe(made.app.channel.skew)
  })

  it('asks anew what waits after a restart, before anything is thought to be over', async () => {
    const made = await activated()
    made.mock.ahead = ahead
    const again = await town({ fresh: false, mock: made.mock })
    await loginOpened(again)
    await approveWith(again, CODE)
    expect(screenOf(again.app.state)).toBe('approved')
  })
})

describe('what home proposes', () => {
  const home = { first_name: 'An', number: '', email: null, settings: { biometrics: false, notifications: false, sharing: false } } as unknown as NonNullable<State['home']>
  const able = { notifications: true, granted: true, biometrics: true }

  it('one at a time, in order, until all are answered', () => {
    const dismissed: string[] = []
    for (const expected of SUGGESTIONS) {
      expect(nextSuggestion({ home, dismissed }, able, 0)).toBe(expected)
      dismissed.push(expected)
    }
    expect(nextSuggestion({ home, dismissed }, able, 0)).toBeNull()
  })

  it('only what there is to answer, and what this phone can', () => {
    const done = { ...home, email: 'a@b.be', settings: { biometrics: false, notifications: true, sharing: true } as Home['settings'] }
    expect(nextSuggestion({ home: done, dismissed: [] }, able, 0)).toBe('block-code')
    expect(nextSuggestion({ home: done, dismissed: [] }, { ...able, granted: false }, 0)).toBe('notifications')
    expect(nextSuggestion({ home, dismissed: [] }, { notifications: false, granted: false, biometrics: false }, 0)).toBe('sharing')
    expect(nextSuggestion({ home: done, dismissed: ['block-code'] }, { notifications: false, granted: false, biometrics: false }, 0)).toBeNull()
  })

  it('no change of the account while it may only log in', () => {
    const limited = { ...home, limited: 100 }
    expect(nextSuggestion({ home: limited, dismissed: ['notifications', 'sharing', 'block-code'] }, able, 50)).toBeNull()
    expect(nextSuggestion({ home: limited, dismissed: ['notifications', 'sharing', 'block-code'] }, able, 150)).toBe('email')
  })

  it.each([true, false])('sharing: %s is told to the server, and not asked again after a restart', async (yes) => {
    const made = await activated()
    await settle(made.app, 'sharing', yes)
    expect([...made.mock.phones.values()][0]?.settings.sharing).toBe(yes)
    expect(made.wire.calls.filter((call) => call.path === '/api/v1/settings').length).toBe(1)
    const again = await town({ fresh: false, mock: made.mock })
    expect(again.app.state.dismissed).toEqual(['sharing'])
  })
})

describe('the page of the help that is about it', () => {
  it('is on the operator\'s site, in the person\'s language, once the site is known', async () => {
    const { app } = await town()
    expect(sitePage({ world: null, lang: 'fr' }, '/help/a/internet')).toBeNull()
    await app.discover()
    expect(sitePage(app.state, '/help/a/internet')).toBe('http://localhost:8402/help/a/internet?lang=nl')
    expect(sitePage({ world: { ...app.state.world!, issuer: 'javascript:alert(1)' }, lang: 'nl' }, '/')).toBeNull()
  })
})

describe.each(['in a frame', 'in a tab'])('which phone this is, %s', (where) => {
  const at = (search: string, name = '', hostname = 'localhost') => {
    let address = search
    const here = { name, parent: {} as unknown }
    if (where === 'in a tab') here.parent = here
    const kept = new Map([['phone', name]])
    const session = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, to: string) => void kept.set(key, to) }
    Object.assign(globalThis, { window: here, sessionStorage: session, location: { search, pathname: '/', hash: '', hostname }, history: { state: null, replaceState: (_: unknown, __: string, to: string) => (address = to) } })
    const store = storeName()
    return { store, address, name: where === 'in a tab' ? kept.get('phone') : here.name }
  }

  it('the query names it, and what the bank forgets is remembered', () => {
    expect(at('')).toMatchObject({ store: 'zelf', name: '' })
    expect(at('?phone=2')).toMatchObject({ store: 'zelf-2', address: '?phone=2', name: 'zelf-phone-2' })
    expect(at('', 'zelf-phone-2')).toMatchObject({ store: 'zelf-2', address: '/?phone=2' })
    expect(at('?phone=1', 'zelf-phone-2')).toMatchObject({ store: 'zelf', name: '' })
  })

  it.each(['?phone=../x', '?phone=2b', '?phone=', '?phone=12345'])('%s is the first phone', (odd) => expect(at(odd).store).toBe('zelf'))

  it('a link to it shows nobody an empty phone, but where visitors are shown around', () => {
    expect(at('?phone=2', '', 'app.zelf.example').store).toBe(where === 'in a frame' ? 'zelf-2' : 'zelf')
  })

  it('a name that is somebody else\'s is nothing', () => expect(at('', 'somebody else').store).toBe('zelf'))
})

it('a home that is asked again knows the address that the account had', async () => {
  const made = await endedAs('citizen')
  made.mock.past[0]!.view.email = 'an@voorbeeld.be'
  await comesBack(made)
  await refreshHome(made.app)
  expect(made.app.state.home?.email).toBe('an@voorbeeld.be')
})
