// Another code (docs/life.md §4): whatever breaks and whenever, exactly one code works, and it is the one the server counts.
import { describe, expect, it } from 'vitest'
import { approve, fetchPending, openRequest, refuse } from '../src/journeys/approve.ts'
import { changeCode, STAGED_SECONDS, type Staged } from '../src/journeys/account/code.ts'
import { refreshHome } from '../src/journeys/boot.ts'
import { screenOf } from '../src/state.ts'
import type { Phone } from '../mock/parts.ts'
import { activated, approveWith, CODE, loginOpened, town, type Town } from './town.ts'

const NEW = '47138'
const phoneOf = ({ mock, app }: Town) => mock.phones.get(app.own.dev) as Phone
const staged = ({ app }: Town) => app.store.get<Staged>('pepper_next')
/** The app is killed and opened again: only what is on disk is left. */
const killed = ({ mock }: Town) => town({ fresh: false, mock })

async function works(made: Town, code: string): Promise<boolean> {
  phoneOf(made).tries = 0
  phoneOf(made).notBefore = 0
  await loginOpened(made)
  await approveWith(made, code)
  const good = screenOf(made.app.state) === 'approved'
  made.app.dispatch({ type: 'close' })
  return good
}

async function onlyWorks(made: Town, code: string): Promise<void> {
  expect(await works(made, code === NEW ? CODE : NEW)).toBe(false)
  expect(await works(made, code)).toBe(true)
}

describe('a new code', () => {
  it('is approved with the old one, and then only it works', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    expect(screenOf(made.app.state)).toBe('confirm-act')
    expect(made.app.state.waiting[0]?.request.fields[0]?.v).toBe(made.app.state.account.act?.expects)
    await approve(made.app, CODE)
    expect(made.app.state.account.done).toBe('code')
    expect(await staged(made)).toBeUndefined()
    await onlyWorks(made, NEW)
    await onlyWorks(await killed(made), NEW)
  })

  it('is not one that everybody would guess', async () => {
    const made = await activated()
    await changeCode(made.app, '12345')
    expect(made.app.state.problem?.code).toBe('code_common')
    expect(await staged(made)).toBeUndefined()
  })

  it('needs the old one: with a wrong one nothing changes', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    await approve(made.app, NEW)
    expect(made.app.state.problem?.code).toBe('code_wrong')
    await refuse(made.app)
    await onlyWorks(made, CODE)
  })

  it('another one can be chosen after the first was refused', async () => {
    const made = await activated()
    await changeCode(made.app, '60817')
    await refuse(made.app)
    await changeCode(made.app, NEW)
    await approve(made.app, CODE)
    await onlyWorks(made, NEW)
  })
})

describe('a crash', () => {
  it('after the second pepper was written and before anything left', async () => {
    const made = await activated()
    made.wire.cut = (path) => path.endsWith('/act/code')
    await changeCode(made.app, NEW)
    expect(await staged(made)).toBeDefined()
    const again = await killed(made)
    await onlyWorks(again, CODE)
  })

  it('after the server staged it and before the phone heard so', async () => {
    const made = await activated()
    made.wire.lost = (path) => path.endsWith('/act/code')
    await changeCode(made.app, NEW)
    const again = await killed(made)
    await onlyWorks(again, CODE)
  })

  it('before the answer: the request still waits, and counts when it is answered', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    const again = await killed(made)
    await fetchPending(again.app)
    await openRequest(again.app, again.app.state.waiting[0]?.request.rid ?? '')
    expect(screenOf(again.app.state)).toBe('approval')
    await approveWith(again, CODE, '')
    expect(screenOf(again.app.state)).toBe('approved')
    await onlyWorks(again, NEW)
  })

  it('while the answer was on its way, and it did not arrive', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    made.wire.cut = (path) => path.endsWith('/answer')
    await approve(made.app, CODE)
    const again = await killed(made)
    await onlyWorks(again, CODE)
  })

  it('while the answer was on its way, and it did arrive', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    made.wire.lost = (path) => path.endsWith('/answer')
    await approve(made.app, CODE)
    const again = await killed(made)
    expect(await staged(again)).toBeUndefined()
    await onlyWorks(again, NEW)
  })

  it('of the server, between counting the new code and writing the receipt', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    made.wire.cut = (path) => path.endsWith('/answer')
    await approve(made.app, CODE)
    made.mock.accounts.promote(phoneOf(made))
    made.wire.cut = () => false
    await approve(made.app, CODE)
    expect(made.app.state.account.done).toBe('code')
    expect(screenOf(made.app.state)).toBe('my-data')
    phoneOf(made).login = null
    await onlyWorks(made, NEW)
  })

  it('after the receipt and before the swap, and then no line when the app opens', async () => {
    const made = await activated()
    await changeCode(made.app, NEW)
    let answered = false
    made.wire.cut = (path) => answered && path.endsWith('/home')
    const handle = made.mock.handle.bind(made.mock)
    made.mock.handle = async (method, url, body) => {
      answered ||= url.endsWith('/answer')
      return handle(method, url, body)
    }
    await approve(made.app, CODE)
    expect(await staged(made)).toBeDefined()
    const offline = await town({ fresh: false, mock: made.mock, down: true })
    expect(await staged(offline)).toBeDefined()
    offline.wire.cut = () => false
    await onlyWorks(offline, NEW)
  })
})

it('a change that waited too long is forgotten, and the old code stays', async () => {
  const made = await activated()
  await changeCode(made.app, NEW)
  made.mock.ahead += STAGED_SECONDS + 1
  await refreshHome(made.app)
  expect(await staged(made)).toBeUndefined()
  await fetchPending(made.app)
  made.app.dispatch({ type: 'close' })
  await onlyWorks(made, CODE)
})

it('a third code waits until it is known whether the second came to count', async () => {
  const made = await activated()
  await changeCode(made.app, NEW)
  made.wire.cut = (path) => path.endsWith('/answer')
  await approve(made.app, CODE)
  made.wire.cut = () => false
  await changeCode(made.app, '60817')
  expect(made.app.state.problem?.code).toBe('change_waits')
})
