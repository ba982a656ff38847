// Requests that this phone takes itself: a code on another screen, a link on this one.
import { describe, expect, it } from 'vitest'
import { takeScanned } from '../src/journeys/scan.ts'
import { findable, toggleFindable } from '../src/journeys/settings.ts'
import { readBrought } from '../src/protocol/scan.ts'
import { screenOf } from '../src/state.ts'
import { fetchPending, refuse, reportFraud } from '../src/journeys/approve.ts'
import { activated, approveWith, CODE, loginOpened, ORIGIN, town, type Town } from './town.ts'

const RID = 'apr_AAECAwQFBgcICQoLDA0ODw'
const MAC = 'A'.repeat(22)
const DISCOVERY = `${ORIGIN}/d#dsc_AAECAwQFBgcICQoLDA0ODw.3.${MAC}`

/** Opens the app by an address. */
const openedBy = async (made: Town | null, text: string) => {
  const { pathname, hash } = new URL(text)
  return town({ fresh: made === null, ...(made ? { mock: made.mock } : {}), path: pathname, hash })
}

describe('a code on another screen', () => {
  it('is scanned and approved, without a number to type', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('q')
    await takeScanned(made.app, offer.text())
    expect(screenOf(made.app.state)).toBe('approval')
    expect(made.app.state.open?.rid).toBe(offer.rid)
    await approveWith(made, CODE, '')
    expect(screenOf(made.app.state)).toBe('approved')
    expect(made.app.state.outcome).not.toHaveProperty('back')
  })

  it('is too old a few seconds later, and a fresh one works', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('q')
    const early = offer.text()
    made.mock.ahead += 10
    await takeScanned(made.app, early)
    expect(made.app.state.problem?.code).toBe('scan_old')
    expect(screenOf(made.app.state)).toBe('home')
    await takeScanned(made.app, offer.text())
    expect(screenOf(made.app.state)).toBe('approval')
    expect(made.app.state.problem).toBeNull()
  })

  it('belongs to the first phone that scans it', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('q')
    await takeScanned(made.app, offer.text())
    made.app.dispatch({ type: 'close' })
    await takeScanned(made.app, offer.text())
    expect(made.app.state.problem?.code).toBe('scan_taken')
  })

  it('of nothing that waits says so', async () => {
    const made = await activated()
    await takeScanned(made.app, `${ORIGIN}/q#${RID}.3.${MAC}`)
    expect(made.app.state.problem?.code).toBe('scan_over')
  })

  it.each([
    ['another house', `https://zelf.elsewhere/q#${RID}.3.${MAC}`], ['a link is no code', `${ORIGIN}/r#${RID}`], ['a menu in a restaurant', 'https://menu.example/'],
    ['a longer host', `${ORIGIN}.evil.example/q#${RID}.3.${MAC}`], ['nothing', ''],
  ])('is not: %s', async (_, text) => {
    const made = await activated()
    await takeScanned(made.app, text)
    expect(made.app.state.problem?.code).toBe('scan_unknown')
    expect(made.wire.calls.filter((call) => call.path.endsWith('/scan'))).toEqual([])
  })

  it('of a new phone leads to that screen', async () => {
    const made = await activated()
    await takeScanned(made.app, 'zelf:new:act_ICEiIyQlJicoKSorLC0uLw:dev_ICEiIyQlJicoKSorLC0uLw')
    expect(screenOf(made.app.state)).toBe('new-phone')
    expect(made.app.state.problem?.code).toBe('scan_gone')
  })

  it('brought by an address is not taken: the person scans it here, from the screen in front of them', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('q')
    for (const text of [offer.text(), DISCOVERY]) {
      const again = await openedBy(made, text)
      expect(screenOf(again.app.state)).toBe('scan')
      expect(again.app.state.problem?.code).toBe('scan_here')
      expect(again.wire.calls.filter((call) => call.path.endsWith('/scan'))).toEqual([])
      expect(again.app.state.waiting).toEqual([])
      expect(location.pathname + location.hash).toBe('/')
    }
    const again = await openedBy(made, offer.text())
    await takeScanned(again.app, offer.text())
    expect(again.app.state.open?.rid).toBe(offer.rid)
  })
})

describe('a code by which a service finds out whom to ask', () => {
  it('leads home, which says so, and what the service asks next opens by itself', async () => {
    const made = await activated()
    made.app.dispatch({ type: 'side', side: 'scan' })
    await takeScanned(made.app, DISCOVERY)
    expect(screenOf(made.app.state)).toBe('home')
    expect(made.app.state.expects).toBeGreaterThan(made.app.channel.now())
    const { rid } = await made.mock.startLogin()
    await fetchPending(made.app)
    expect(made.app.state.open?.rid).toBe(rid)
    expect(made.app.state.expects).toBe(0)
  })

  it('opens nothing later than that, nor over what the person looks at', async () => {
    const made = await activated()
    await takeScanned(made.app, DISCOVERY)
    made.app.dispatch({ type: 'side', side: 'menu' })
    await made.mock.startLogin()
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('menu')
    made.app.dispatch({ type: 'side', side: null })
    made.mock.ahead += 181
    await made.mock.startLogin()
    await fetchPending(made.app)
    expect(screenOf(made.app.state)).toBe('home')
  })
})

describe('a link on this phone', () => {
  it('opens the request, and the browser goes back to where it began', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('r')
    const again = await openedBy(made, offer.text())
    expect(screenOf(again.app.state)).toBe('approval')
    await approveWith(again, CODE, '')
    expect(again.app.state.outcome).toMatchObject({ kind: 'approved', back: `${ORIGIN}/login/return/${offer.rid}?rt=there` })
  })

  it('refused, takes the browser back to where it began too', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('r')
    const again = await openedBy(made, offer.text())
    await refuse(again.app)
    expect(screenOf(again.app.state)).toBe('answer-refused')
    expect(again.app.state.outcome).toMatchObject({ kind: 'refused', back: `${ORIGIN}/login/return/${offer.rid}?rt=there` })
  })

  it('reported, takes nobody anywhere', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('r')
    const again = await openedBy(made, offer.text())
    await reportFraud(again.app)
    expect(screenOf(again.app.state)).toBe('fraud')
    expect(again.app.state.outcome).not.toHaveProperty('back')
  })

  it('leaves the tab that was open before in step: it goes on where the other one ended', async () => {
    const before = await activated()
    const offer = before.mock.approvals.offer('r')
    const other = await openedBy(before, offer.text())
    await approveWith(other, CODE, '')
    await fetchPending(before.app)
    expect(before.app.state.broken).toBeNull()
    await loginOpened(before)
    await approveWith(before, CODE)
    expect(screenOf(before.app.state)).toBe('approved')
    await loginOpened(other)
    await approveWith(other, CODE)
    expect(screenOf(other.app.state)).toBe('approved')
  })

  it('goes nowhere but to the return page of this very request', async () => {
    const made = await activated()
    const offer = made.mock.approvals.offer('r')
    const again = await openedBy(made, offer.text())
    const answer = again.mock.handle.bind(again.mock)
    again.mock.handle = async (method, url, body) => {
      const said = await answer(method, url, body)
      if (url.endsWith('/answer') && said.json) said.json = { ...said.json, return_to: `${ORIGIN}.evil.example/login/return/${offer.rid}?rt=there` }
      return said
    }
    await approveWith(again, CODE, '')
    expect(screenOf(again.app.state)).toBe('approved')
    expect(again.app.state.outcome).not.toHaveProperty('back')
  })

  it('in a browser without an account says where zelf is, and offers to activate', async () => {
    const made = await activated()
    const { text } = made.mock.approvals.offer('r')
    globalThis.indexedDB = new IDBFactory()
    const stranger = await openedBy(null, text())
    expect(screenOf(stranger.app.state)).toBe('elsewhere')
    expect(location.hash).toBe('')
    stranger.app.dispatch({ type: 'elsewhere', elsewhere: null })
    expect(screenOf(stranger.app.state)).toBe('welcome')
  })
})

describe('what the address may say', () => {
  it.each(['', '.', '..', '.1', `.1.${MAC}.`, `.-1.${MAC}`, `.1.${MAC}A`, `.12345678901.${MAC}`])('a code is nothing with %j', (rest) => {
    expect(readBrought(`${ORIGIN}/q#${RID}${rest}`, ORIGIN)).toBeNull()
  })

  it.each([`/r#${RID}.1.${MAC}`, `/r/#${RID}`, `/r?x#${RID}`, '/r#apr_short', `/s#${RID}`, `/q/../r#${RID}`])('a link is nothing as %s', (path) => {
    expect(readBrought(`${ORIGIN}${path}`, ORIGIN)).toBeNull()
  })

  it('an odd one leaves the app as it is', async () => {
    const made = await activated()
    const again = await openedBy(made, `${ORIGIN}/q#nonsense`)
    expect(screenOf(again.app.state)).toBe('home')
    expect(location.pathname + location.hash).toBe('/')
  })
})

it('whoever does not want to be found by number says so, and it stays said', async () => {
  const made = await activated()
  expect(findable(made.app.state)).toBe(true)
  await toggleFindable(made.app)
  expect(findable(made.app.state)).toBe(false)
  expect([...made.mock.phones.values()][0]?.settings.by_number).toBe(false)
  const again = await town({ fresh: false, mock: made.mock })
  expect(findable(again.app.state)).toBe(false)
})
