// Sharing, paying and confirming: what is drawn is what is signed, and what is kept back stays here.
import { describe, expect, it } from 'vitest'
import { openRequest, fetchPending, typeMatch } from '../src/journeys/approve.ts'
import { history } from '../src/journeys/receipts.ts'
import { readMarkup } from '../src/protocol/markup.ts'
import { linesOf, refusable, requestFrom, told } from '../src/protocol/messages.ts'
import { screenOf } from '../src/state.ts'
import { LONG, payment, share, text } from '../mock/kinds.ts'
import { activated, approveWith, CODE, loginOpened, type Town } from './town.ts'

const keeps = ({ app }: Town, claim: string, keep = true) => app.dispatch({ type: 'without', claim, keep })
const given = ({ mock }: Town, rid: string) => mock.approvals.given.get(rid)
const opened = ({ app }: Town) => app.state.waiting.find((one) => one.request.rid === app.state.open?.rid)!.request

describe('somebody who shares data', () => {
  it('shares everything unless they say otherwise', async () => {
    const made = await activated()
    await loginOpened(made, share())
    const { rid } = opened(made)
    expect(refusable(opened(made))).toEqual(['email', 'birthdate'])
    await approveWith(made, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
    expect(given(made, rid)).toEqual([])
  })

  it('keeps two things back, and the answer says which, in order', async () => {
    const made = await activated()
    await loginOpened(made, share())
    const { rid } = opened(made)
    keeps(made, 'email')
    keeps(made, 'birthdate')
    await approveWith(made, CODE)
    expect(given(made, rid)).toEqual(['birthdate', 'email'])
  })

  it('changes their mind before the code, and after a wrong one', async () => {
    const made = await activated()
    await loginOpened(made, share())
    const { rid } = opened(made)
    keeps(made, 'email')
    keeps(made, 'email', false)
    keeps(made, 'birthdate')
    await approveWith(made, '60606')
    expect(made.app.state.open?.without).toEqual(['birthdate'])
    await approveWith(made, CODE)
    expect(given(made, rid)).toEqual(['birthdate'])
  })

  it('cannot keep back what the service needs, and a refusal names nothing', async () => {
    const made = await activated()
    await loginOpened(made, share())
    const { rid } = opened(made)
    keeps(made, 'given_name')
    await approveWith(made, CODE)
    expect(given(made, rid)).toEqual([])
  })

  it('starts afresh with the next request', async () => {
    const made = await activated()
    await loginOpened(made, share())
    keeps(made, 'email')
    await loginOpened(made, share())
    expect(made.app.state.open?.without).toEqual([])
  })
})

describe('somebody who pays', () => {
  it('sees amount and payee first, and finds the payment again', async () => {
    const made = await activated()
    await loginOpened(made, payment())
    expect(linesOf(opened(made)).slice(5)).toEqual(['Bedrag: 1.234.567,89 EUR', 'Begunstigde: Vereniging van Mede-eigenaars Residentie Zonnebloem', 'Rekening: BE71 0961 2345 6769', 'Mededeling: +++090/9337/55493+++'])
    expect(told(opened(made))[0]?.v).toBe('1.234.567,89 EUR')
    await approveWith(made, CODE)
    const [entry] = await history(made.app)
    expect(entry?.request).toMatchObject({ kind: 'payment', fields: [{}, { v: '1.234.567,89 EUR' }, {}, {}, {}] })
  })
})

describe('somebody who confirms a text', () => {
  it('gets no further before its end was on the screen', async () => {
    const made = await activated()
    await loginOpened(made, text(LONG))
    expect(LONG.length).toBeGreaterThan(6_000)
    typeMatch(made.app, '47')
    expect(screenOf(made.app.state)).toBe('approval')
    made.app.dispatch({ type: 'read' })
    await approveWith(made, CODE)
    expect(screenOf(made.app.state)).toBe('approved')
  })

  it('need not read it again after a wrong code, but does with another text', async () => {
    const made = await activated()
    await loginOpened(made, text('Ja.'))
    made.app.dispatch({ type: 'read' })
    await approveWith(made, '60606')
    expect(made.app.state.open?.read).toBe(true)
    await made.mock.startLogin(text('Nee.'))
    await fetchPending(made.app)
    await openRequest(made.app, made.app.state.waiting[0]?.request.rid ?? '')
    expect(made.app.state.open?.read).toBe(false)
  })
})

describe('markup', () => {
  it('is letters, three styles and line ends', () => {
    expect(readMarkup('a &lt;b&gt; &amp;lt;<br>c <b>d<i>e</i></b>')).toEqual(['a <b> &lt;', null, 'c ', { style: 'b', inside: ['d', { style: 'i', inside: ['e'] }] }])
    expect(readMarkup('')).toEqual([])
  })

  it.each([
    '<script>', '<b', '<b>', '</b>', '<b><i></b></i>', '<B>x</B>', '<b class="x">x</b>', '<br/>', '</br>', '<img src=x>', 'a < b', 'a > b', 'a & b', '&nbsp;', '&lt', '&#60;', '< b>x</b>', '<a href=x>y</a>', '<>', '<u>x</u',
  ])('is not %s', (written) => {
    expect(() => readMarkup(written)).toThrow()
  })
})

describe('what this app cannot draw, it does not show', () => {
  const m1 = (more: Record<string, unknown>) =>
    requestFrom({
      v: 1, rid: 'apr_1', kind: 'login', dev: 'dev_1', lang: 'nl', title: 'Inloggen', rp: { id: 'a', name: 'A', domain: 'a.be' }, from: 'hier', fields: [], claims: [], uv: 'pin', match: true,
      head: '', seq: 1, chal: 'c', iat: 1, exp: 2, ...(more as object),
    } as never)
  it.each([
    ['another kind', { kind: 'vote' }],
    ['a text that is not there', { kind: 'text' }],
    ['an empty text', { kind: 'text', text: '' }],
    ['other markup', { kind: 'text', text: '<a>b</a>' }],
    ['a text that turns around', { kind: 'text', text: 'ja \u202een' }],
    ['a purpose over two lines', { purpose: 'a\nb' }],
    ['a purpose that is no text', { purpose: 1 }],
    ['a payment that only tells who pays', { kind: 'payment', fields: [{ l: 'Naam', v: 'An', c: 'name' }, { l: 'Bedrag', v: '1,00 EUR' }] }],
    ['a payment without payee', { kind: 'payment', fields: [{ l: 'Bedrag', v: '1,00 EUR' }] }],
    ['a choice without a claim', { fields: [{ l: 'a', v: 'b', o: true }] }],
    ['a choice that is none', { fields: [{ l: 'a', v: 'b', c: 'c', o: false }] }],
    ['one member too many in a field', { fields: [{ l: 'a', v: 'b', x: 'c' }] }],
  ])('%s', (_, more) => {
    expect(() => m1(more)).toThrow()
  })

  it('but the lines of everything stand in one order', () => {
    const request = m1({ kind: 'text', purpose: 'Waarom', text: 'Wat', fields: [{ l: 'a', v: 'b', c: 'c' }] })
    expect(linesOf(request)).toEqual(['Inloggen', 'A', 'a.be', 'hier', 'Waarom', 'a: b', 'Wat'])
  })
})
