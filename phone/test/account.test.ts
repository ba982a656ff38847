// What a person changes of their own account: approved with the code in use, and said in place.
import { afterEach, describe, expect, it } from 'vitest'
import { approve, fetchPending, openRequest, refuse, reportFraud } from '../src/journeys/approve.ts'
import { closeAccount, newEmail, newNumber, proveNumber } from '../src/journeys/account/change.ts'
import { loadData, loadMyHistory, loadPartners, withdraw } from '../src/journeys/account/my.ts'
import { switchBiometrics } from '../src/journeys/biometrics.ts'
import { block, careful, mute } from '../src/journeys/safety.ts'
import { beginVouch, ourVouch, vouchFor } from '../src/journeys/vouch.ts'
import { approveWithBio } from '../src/journeys/approve.ts'
import { history } from '../src/journeys/receipts.ts'
import { b64u, utf8 } from '../src/protocol/bytes.ts'
import { readNewPhone, sixWords } from '../src/protocol/words.ts'
import { saysWhatWeAsked } from '../src/journeys/account/act.ts'
import { reduce, screenOf } from '../src/state.ts'
import { modulesOf } from '../src/screens/account/qr.tsx'
import { decodeQR } from 'qr/decode.js'
import { IDBFactory } from 'fake-indexeddb'
import type { Phone } from '../mock/parts.ts'
import { activated, approveWith, CODE, loginOpened, town, type Town } from './town.ts'

const phoneOf = ({ mock, app }: Town) => mock.phones.get(app.own.dev) as Phone
const at = (made: Town, side: Parameters<typeof go>[1]) => go(made, side)
function go({ app }: Town, side: 'my-data' | 'number-new' | 'email-new' | 'new-phone' | 'close' | 'partners'): void {
  app.dispatch({ type: 'side', side })
}

describe('another number', () => {
  it('gets an SMS, asks the code on one screen, and is there', async () => {
    const made = await activated()
    at(made, 'number-new')
    await newNumber(made.app, '0470 11 22 33')
    expect(screenOf(made.app.state)).toBe('number-code')
    await proveNumber(made.app, '30899')
    expect(screenOf(made.app.state)).toBe('confirm-act')
    expect(made.app.state.waiting[0]?.request.fields).toEqual([{ l: 'Nummer', v: '+32 470 11 22 33' }])
    await approve(made.app, CODE)
    expect(screenOf(made.app.state)).toBe('my-data')
    expect(made.app.state.account.done).toBe('number')
    expect(made.app.state.home?.number).toBe('+32 470 11 22 33')
  })

  it('a wrong SMS code changes nothing, and while limited no change begins', async () => {
    const made = await activated()
    await newNumber(made.app, '0470 11 22 33')
    await proveNumber(made.app, '11111')
    expect(made.app.state.problem).toMatchObject({ code: 'sms_wrong', left: 2 })
    phoneOf(made).limited = made.mock.now() + 3600
    await newEmail(made.app, 'a@b.be')
    expect(made.app.state.problem).toMatchObject({ code: 'limited', until: made.mock.now() + 3600 })
  })

  it('a code that is over leads back to the number', async () => {
    const made = await activated()
    at(made, 'number-new')
    await newNumber(made.app, '0470 11 22 33')
    made.mock.accounts.life(phoneOf(made)).nextNumber = ''
    await proveNumber(made.app, '30899')
    expect(screenOf(made.app.state)).toBe('number-new')
    expect(made.app.state.problem?.code).toBe('sms_over')
  })
})

describe('a change that is asked for', () => {
  it('asks again after a wrong code, without a word about a number', async () => {
    const made = await activated()
    at(made, 'email-new')
    await newEmail(made.app, 'an@example.be')
    await approve(made.app, '60606')
    expect(screenOf(made.app.state)).toBe('confirm-act')
    expect(made.app.state.problem).toMatchObject({ code: 'code_wrong', left: 4 })
    await approve(made.app, CODE)
    expect(made.app.state.home?.email).toBe('an@example.be')
    expect((await history(made.app)).map((one) => one.receipt.res)).toEqual(['ok'])
  })

  it('refused, it is said where it was asked; reported, it is a fraud', async () => {
    const made = await activated()
    at(made, 'email-new')
    await newEmail(made.app, 'an@example.be')
    await refuse(made.app)
    expect(made.app.state.account.done).toBe('refused')
    await newEmail(made.app, 'an@example.be')
    await reportFraud(made.app)
    expect(screenOf(made.app.state)).toBe('fraud')
    expect(made.app.state.home?.email).toBeNull()
  })

  it('Back leaves it waiting on the home screen, where it opens again as what it is', async () => {
    const made = await activated()
    at(made, 'email-new')
    await newEmail(made.app, 'an@example.be')
    made.app.dispatch({ type: 'back' })
    expect(screenOf(made.app.state)).toBe('email-new')
    made.app.dispatch({ type: 'side', side: null })
    await openRequest(made.app, made.app.state.waiting[0]?.request.rid ?? '')
    expect(screenOf(made.app.state)).toBe('confirm-act')
  })

  it('an answer whose receipt came late is told in place all the same', async () => {
    const made = await activated()
    at(made, 'email-new')
    await newEmail(made.app, 'an@example.be')
    made.wire.lost = (path) => path.endsWith('/answer')
    await approve(made.app, CODE)
    expect(made.app.state.problem?.code).toBe('offline')
    made.wire.lost = () => false
    await fetchPending(made.app)
    expect(made.app.state.account.done).toBe('email')
  })
})

it('a closed account ends on this phone', async () => {
  const made = await activated()
  at(made, 'close')
  await closeAccount(made.app)
  await approve(made.app, CODE)
  expect(screenOf(made.app.state)).toBe('ended')
})

it('blocking needs no code', async () => {
  const made = await activated()
  await block(made.app)
  expect(screenOf(made.app.state)).toBe('ended')
})

it('my data, my history and my services are fetched, and consent can be taken back', async () => {
  const made = await activated()
  await loadData(made.app)
  expect(made.app.state.account.data?.facts.map((fact) => fact.source)).toContain('bank')
  await loadMyHistory(made.app, null, 'gemeente')
  expect(made.app.state.account.history?.entries.map((one) => one.state)).toContain('expired')
  await loadPartners(made.app)
  await withdraw(made.app, 'gemeente')
  expect(made.app.state.account.partners?.[0]?.withdrawn).not.toBeNull()
})

it('while somebody is on the phone a code waits, and says so', async () => {
  const made = await activated()
  await careful(made.app, true)
  expect(made.app.state.home?.careful).toBeGreaterThan(made.mock.now())
  await loginOpened(made)
  const handle = made.mock.handle.bind(made.mock)
  const until = made.mock.now() + 20
  made.mock.handle = async (method, url, body) => (url.endsWith('/answer') ? { status: 429, json: { error: 'wait', reason: 'careful', until, now: made.mock.now() } } : handle(method, url, body))
  await approveWith(made, CODE)
  expect(made.app.state.problem).toMatchObject({ code: 'careful', until })
  expect(made.app.state.account.hold).toBe(until)
  expect(made.app.state.device?.left).toBe(5)
})

it('a reported service can be kept away', async () => {
  const made = await activated()
  await loginOpened(made)
  await reportFraud(made.app)
  const rid = made.app.state.outcome?.request.rid ?? ''
  await mute(made.app, rid)
  expect(made.mock.accounts.life(phoneOf(made)).muted).toEqual([rid])
  expect(made.app.state.account.muted).toBeGreaterThan(made.mock.now())
})

/** One dark module, four by four points. */
function paint(data: Uint8ClampedArray, size: number, left: number, top: number): void {
  for (let y = top; y < top + 4; y++) for (let x = left; x < left + 4; x++) data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3)
}

describe('a new phone with the old one in hand', () => {
  const twoPhones = async () => {
    const old = await activated()
    const shop = globalThis.indexedDB
    globalThis.indexedDB = new IDBFactory()
    const fresh = await town({ fresh: false, mock: old.mock })
    globalThis.indexedDB = shop
    await beginVouch(fresh.app)
    return { old, fresh }
  }

  it('shows the same six words on both, and goes on at the code', async () => {
    const { old, fresh } = await twoPhones()
    expect(screenOf(fresh.app.state)).toBe('vouch')
    const { text, words } = await ourVouch(fresh.app)
    at(old, 'new-phone')
    await vouchFor(old.app, text)
    expect(screenOf(old.app.state)).toBe('confirm-act')
    expect(old.app.state.waiting[0]?.request.fields[0]?.v).toBe(words.join(' '))
    await approve(old.app, CODE)
    expect(old.app.state.account.done).toBe('new-phone')
    expect(phoneOf(fresh).view.step).toBe('code')
  })

  it('draws a code that the old phone reads, letter by letter', async () => {
    const { fresh } = await twoPhones()
    const { text } = await ourVouch(fresh.app)
    const rows = modulesOf(text)
    const size = rows.length * 4
    const data = new Uint8ClampedArray(size * size * 4).fill(255)
    rows.forEach((row, y) => row.forEach((dark, x) => dark && paint(data, size, x * 4, y * 4)))
    expect(decodeQR({ width: size, height: size, data })).toBe(text)
  })

  it('other words than our own are not what we asked', async () => {
    const { old, fresh } = await twoPhones()
    const { text } = await ourVouch(fresh.app)
    await vouchFor(old.app, text)
    const { act } = old.app.state.account
    const request = old.app.state.waiting[0]?.request
    if (!act || !request) throw new Error('nothing was asked')
    expect(saysWhatWeAsked(act, request)).toBe(true)
    expect(saysWhatWeAsked(act, { ...request, fields: [{ l: 'Zes woorden', v: 'taxi piano hotel banana radio zebra' }] })).toBe(false)
    expect(saysWhatWeAsked(act, { ...request, fields: [] })).toBe(false)
  })

  it.each(['', 'https://zelf.example/#zelf:new:act_1:dev_1', 'zelf:new:act_short:dev_short', `zelf:new:act_${'A'.repeat(22)}:dev_${'A'.repeat(22)}:more`])('anything else that is scanned leads nowhere: %s', async (text) => {
    const made = await activated()
    await vouchFor(made.app, text)
    expect(made.app.state.problem?.code).toBe('scan_strange')
    expect(made.wire.calls.some((call) => call.path.includes('act/'))).toBe(false)
  })

  it('typed by hand, blanks do not count', async () => {
    const text = `zelf:new:act_${'A'.repeat(22)}:dev_${'B'.repeat(22)}`
    expect(readNewPhone(` ${text.slice(0, 20)} \n${text.slice(20)} `)?.text).toBe(text)
    expect(new Set(await sixWords(text)).size).toBeGreaterThan(1)
  })
})

describe('fingerprint or face', () => {
  const ID = b64u(utf8('a credential id 16+'))
  const bytes = (text: string) => utf8(text).buffer
  /** An authenticator of which only the border matters here. */
  const authenticator = (says: 'yes' | 'no') => {
    const id = utf8('a credential id 16+').buffer
    const credentials = {
      create: async () => ({ rawId: id, response: { getPublicKey: () => bytes('spki'), getAuthenticatorData: () => bytes('data'), clientDataJSON: bytes('{}') } }),
      get: async ({ publicKey }: { publicKey: { challenge: Uint8Array } }) => {
        if (says === 'no') throw new DOMException('no', 'NotAllowedError')
        return { rawId: id, response: { authenticatorData: bytes('data'), clientDataJSON: bytes(JSON.stringify({ challenge: b64u(publicKey.challenge) })), signature: bytes('der') } }
      },
    }
    Object.assign(globalThis.navigator, { credentials })
  }
  afterEach(() => Object.assign(globalThis.navigator, { credentials: undefined }))

  const switchedOn = async () => {
    const made = await activated()
    authenticator('yes')
    at(made, 'my-data')
    await switchBiometrics(made.app, true)
    await approve(made.app, CODE)
    return made
  }

  it('is switched on with the code, approves in its place, and off with the code', async () => {
    const made = await switchedOn()
    expect(made.app.state.home?.biometric).toBe(ID)
    await loginOpened(made, { uv: 'pin_or_bio' })
    await approveWithBio(made.app, '47')
    expect(screenOf(made.app.state)).toBe('approved')
    const [entry] = await history(made.app)
    expect(entry?.receipt.uv.m).toBe('bio')
    const sent = JSON.parse(made.wire.calls.findLast((call) => call.path.endsWith('/answer'))?.body ?? '{}') as { pin?: unknown; bio: Record<string, string> }
    expect(sent.pin).toBeUndefined()
    expect(Object.keys(sent.bio).sort()).toEqual(['authenticator_data', 'client_data', 'id', 'signature'])
    await switchBiometrics(made.app, false)
    await approve(made.app, CODE)
    expect(made.app.state.home?.biometric).toBeUndefined()
  })

  it('when it says no, the code is asked, with the number still typed', async () => {
    const made = await switchedOn()
    authenticator('no')
    await loginOpened(made, { uv: 'pin_or_bio' })
    await approveWithBio(made.app, '47')
    expect(screenOf(made.app.state)).toBe('approval-code')
    expect(made.app.state.problem?.code).toBe('bio_failed')
    await approve(made.app, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
  })

  it('when the vault does not take it, the code is asked under a new challenge', async () => {
    const made = await switchedOn()
    await loginOpened(made, { uv: 'pin_or_bio' })
    const phone = phoneOf(made)
    const handle = made.mock.handle.bind(made.mock)
    let times = 0
    made.mock.handle = async (method, url, body) => {
      if (!url.endsWith('/answer') || times++ > 0) return handle(method, url, body)
      const sent = JSON.parse(body) as { bio: { client_data: string } }
      sent.bio.client_data = b64u(utf8('{"challenge":"another"}'))
      return handle(method, url, JSON.stringify(sent))
    }
    await approveWithBio(made.app, '47')
    expect(made.app.state.problem?.code).toBe('bio_rejected')
    await approve(made.app, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
    expect(phone.tries).toBe(0)
  })
})

describe('back from the screens behind the menu', () => {
  it.each([['number-code', ['number-new', 'my-data', 'menu', 'home']], ['history-entry', ['my-history', 'menu', 'home']], ['block-code', ['safety', 'menu', 'home']]] as const)('from %s', async (side, path) => {
    const { app } = await activated()
    let state = reduce(app.state, { type: 'side', side })
    for (const screen of path) expect(screenOf((state = reduce(state, { type: 'back' })))).toBe(screen)
  })

  it('leads out again to where one came from', async () => {
    const { app } = await activated()
    const home = reduce(app.state, { type: 'side', side: 'email-new', direct: true })
    expect(screenOf(reduce(home, { type: 'back' }))).toBe('home')
    const messages = reduce(reduce(app.state, { type: 'side', side: 'messages' }), { type: 'side', side: 'suspicious', direct: true })
    expect(screenOf(reduce(messages, { type: 'back' }))).toBe('messages')
  })
})
