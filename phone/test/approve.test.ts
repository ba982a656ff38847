import { describe, expect, it } from 'vitest'
import { fetchPending, follow, refuse, reportFraud } from '../src/journeys/approve.ts'
import { history } from '../src/journeys/receipts.ts'
import { h } from '../src/protocol/bytes.ts'
import { screenOf } from '../src/state.ts'
import { Mock } from '../mock/server.ts'
import { activated, approveWith, CODE, loginOpened, ORIGIN, town } from './town.ts'

describe('somebody who logs in', () => {
  it('approves with number and code, and keeps the receipt', async () => {
    const made = await activated()
    await loginOpened(made)
    expect(screenOf(made.app.state)).toBe('approval')
    await approveWith(made, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
    const [phone] = made.mock.phones.values()
    expect(made.app.chain).toMatchObject({ head: phone?.head, seq: 1 })
    const [entry] = await history(made.app)
    expect(entry?.request.rp.name).toBe('Gemeente Voorbeeld')
    expect(entry?.receipt.res).toBe('ok')
  })

  it('refuses or reports without a code', async () => {
    const made = await activated()
    await loginOpened(made)
    await refuse(made.app)
    expect(screenOf(made.app.state)).toBe('answer-refused')
    await loginOpened(made)
    await reportFraud(made.app)
    expect(screenOf(made.app.state)).toBe('fraud')
    expect((await history(made.app)).map((entry) => entry.receipt.res)).toEqual(['fraud', 'rejected'])
    expect(made.mock.approvals.checks).toBe(0)
  })

  it('hears how many tries are left, waits, and is blocked after five', async () => {
    const made = await activated()
    await loginOpened(made)
    await approveWith(made, '60606')
    expect(made.app.state.problem).toMatchObject({ code: 'not_accepted', left: 4 })
    await approveWith(made, CODE, '48')
    expect(made.app.state.problem).toMatchObject({ code: 'not_accepted', left: 3 })
    await approveWith(made, '60606')
    expect(made.app.state.problem?.until).toBeGreaterThan(made.mock.now())
    made.mock.ahead += 61
    await approveWith(made, '60606')
    expect(made.app.state.problem).toMatchObject({ code: 'not_accepted_last', left: 1 })
    for (const phone of made.mock.phones.values()) phone.notBefore = 0
    await approveWith(made, '60606')
    expect(screenOf(made.app.state)).toBe('ended')
  })

  it('comes too late', async () => {
    const made = await activated()
    await loginOpened(made)
    made.mock.ahead += 200
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('request-expired')
    expect(made.app.state.outcome?.kind).toBe('expired')
  })
})

describe('when the line breaks', () => {
  it('the same bytes go again and cost one attempt', async () => {
    const made = await activated()
    await loginOpened(made)
    let losses = 0
    made.wire.lost = (path) => path.endsWith('/answer') && losses++ < 2
    await approveWith(made, CODE)
    const answers = made.wire.calls.filter((call) => call.path.endsWith('/answer'))
    expect(answers.length).toBe(3)
    expect(new Set(answers.map((call) => call.body)).size).toBe(1)
    expect(made.mock.approvals.checks).toBe(1)
    expect(screenOf(made.app.state)).toBe('approved')
  })

  it('a second tap after giving up still sends the same bytes', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.lost = (path) => path.endsWith('/answer')
    await approveWith(made, CODE)
    expect(made.app.state.problem?.code).toBe('offline')
    made.wire.lost = () => false
    await approveWith(made, CODE)
    expect(made.mock.approvals.checks).toBe(1)
    expect(screenOf(made.app.state)).toBe('approved')
  })

  it('the same wrong code again after a lost answer costs one try, even if the request was signed anew meanwhile', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.cut = (path) => path.endsWith('/answer')
    await approveWith(made, '60606')
    await fetchPending(made.app)
    made.wire.cut = () => false
    await approveWith(made, '60606')
    const answers = made.wire.calls.filter((call) => call.path.endsWith('/answer'))
    expect(new Set(answers.map((call) => call.body)).size).toBe(1)
    expect(made.app.state.problem).toMatchObject({ code: 'not_accepted', left: 4 })
  })

  it('an app killed between answer and receipt finds the receipt when it opens again', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.lost = (path) => path.endsWith('/answer')
    await approveWith(made, CODE)
    expect(made.app.chain?.head).toBe('')
    expect(made.app.chain?.inflight?.map((one) => one.seq)).toEqual([1])
    const again = await town({ fresh: false, mock: made.mock })
    const [phone] = made.mock.phones.values()
    expect(again.app.chain?.head).toBe(phone?.head)
    expect((await history(again.app)).length).toBe(1)
    await loginOpened(again)
    await approveWith(again, CODE)
    expect(screenOf(again.app.state)).toBe('approved')
  })

  it('whoever refuses after an approval that did arrive, sees that it was approved', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.lost = (path) => path.endsWith('/answer')
    await approveWith(made, CODE)
    made.wire.lost = () => false
    await refuse(made.app)
    expect(screenOf(made.app.state)).toBe('approved')
    expect((await history(made.app)).map((entry) => entry.receipt.res)).toEqual(['ok'])
  })

  it('the next look shows the receipt of an answer that seemed lost', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.lost = (path) => path.endsWith('/answer')
    await approveWith(made, CODE)
    made.wire.lost = () => false
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('approved')
  })

  it('an app killed before the answer left can answer again', async () => {
    const made = await activated()
    await loginOpened(made)
    made.wire.cut = (path) => path.endsWith('/answer')
    await approveWith(made, CODE)
    const again = await town({ fresh: false, mock: made.mock })
    await fetchPending(again.app)
    again.app.dispatch({ type: 'open', rid: again.app.state.waiting[0]?.request.rid ?? '', times: 0 })
    await approveWith(again, CODE)
    expect(screenOf(again.app.state)).toBe('approved')
  })
})

it('a seal key that the server no longer has costs nothing: fresh keys, one more answer', async () => {
  const made = await activated()
  await loginOpened(made)
  const answer = made.mock.handle.bind(made.mock)
  let times = 0
  made.mock.handle = async (method, url, body) => (url.endsWith('/answer') && times++ === 0 ? { status: 400, json: { error: 'malformed' } } : answer(method, url, body))
  await approveWith(made, CODE)
  expect(screenOf(made.app.state)).toBe('approval')
  expect(made.app.state.problem?.code).toBe('out_of_step')
  await approveWith(made, CODE)
  expect(screenOf(made.app.state)).toBe('approved')
})

describe('what the phone does not believe', () => {
  it('a request for another phone, an expired one, one that nobody signed', async () => {
    const made = await activated()
    await made.mock.startLogin({ dev: 'dev_AAAAAAAAAAAAAAAAAAAAAA' })
    await fetchPending(made.app)
    expect(made.app.state.waiting).toEqual([])
    await made.mock.startLogin({ exp: made.mock.now() - 1 })
    await fetchPending(made.app)
    expect(made.app.state.waiting).toEqual([])
    await made.mock.startLogin()
    const [phone] = made.mock.phones.values()
    made.mock.approvals.frozen = true
    if (phone?.login) phone.login.m1 = `${phone.login.m1.slice(0, -8)}AAAAAAAA`
    await fetchPending(made.app)
    expect(made.app.state.waiting).toEqual([])
  })

  it.each([
    { more: 'members' }, { kind: 'seance' }, { purpose: 'Betaal \u202enegen' }, { rp: { id: 'bank', name: 'Ba\u200bnk', domain: 'bank.be' } },
    { fields: [{ l: 'Naam', v: 'An\u061c' }] }, { from: 'Gent\ufeff' },
  ])('a request that it cannot draw as it stands: %j, and it says so once', async (odd) => {
    const made = await activated()
    const { rid } = await made.mock.startLogin(odd)
    await fetchPending(made.app)
    expect(made.app.state.waiting).toEqual([])
    expect(made.app.state.unshown).toEqual({ rid, closed: false })
    expect(screenOf(made.app.state)).toBe('unshown')
    made.app.dispatch({ type: 'unshown-read' })
    expect(screenOf(made.app.state)).toBe('home')
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('home')
    await made.mock.startLogin(odd)
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('unshown')
    await made.mock.startLogin()
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('unshown')
    made.app.dispatch({ type: 'back' })
    expect(screenOf(made.app.state)).toBe('home')
    expect(made.app.state.waiting).toHaveLength(1)
  })

  it('and of what nobody signed, or what is for another phone, it says nothing', async () => {
    const made = await activated()
    await made.mock.startLogin({ more: 'members', dev: 'dev_AAAAAAAAAAAAAAAAAAAAAA' })
    await fetchPending(made.app)
    await made.mock.startLogin({ more: 'members' })
    const [phone] = made.mock.phones.values()
    made.mock.approvals.frozen = true
    if (phone?.login) phone.login.m1 = `${phone.login.m1.slice(0, -8)}AAAAAAAA`
    await fetchPending(made.app)
    expect(made.app.state.unshown).toBeNull()
  })

  it('a server with another root, even if it knows the phone', async () => {
    const made = await activated()
    const other = await Mock.create(ORIGIN)
    for (const [dev, phone] of made.mock.phones) other.phones.set(dev, phone)
    const again = await town({ fresh: false, mock: other })
    expect(again.app.state.broken).toBe('untrusted')
  })

  it('a request that forgets an answer this phone has a receipt for', async () => {
    const made = await activated()
    await loginOpened(made)
    await approveWith(made, CODE)
    const [phone] = made.mock.phones.values()
    if (phone) Object.assign(phone, { head: '', seq: 0, lastReceipt: null })
    await made.mock.startLogin()
    await follow(made.app, new AbortController().signal)
    expect(made.app.state.broken).toBe('out_of_step')
  })

  it('a receipt in its past that it never asked for', async () => {
    const made = await activated()
    const [phone] = made.mock.phones.values()
    if (phone) Object.assign(phone, { head: await h('somebody else'), seq: 3, lastReceipt: 'a.b.c' })
    const again = await town({ fresh: false, mock: made.mock })
    expect(again.app.state.broken).toBe('out_of_step')
  })
})

it('a phone whose account moved elsewhere says so', async () => {
  const made = await activated()
  made.mock.phones.clear()
  const again = await town({ fresh: false, mock: made.mock })
  expect(screenOf(again.app.state)).toBe('ended')
  expect(again.app.state.ended?.why).toBe('unknown')
})

it('without a line the home screen still knows the name', async () => {
  const made = await activated()
  const again = await town({ fresh: false, mock: made.mock, down: true })
  expect(again.app.state.online).toBe(false)
  expect(screenOf(again.app.state)).toBe('home')
  expect(again.app.state.home?.first_name).toBe('An')
})
