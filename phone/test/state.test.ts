import { describe, expect, it } from 'vitest'
import type { View } from '../src/contract.ts'
import { canGoBack } from '../src/history.ts'
import { initial, reduce, screenOf, type State } from '../src/state.ts'

const view = (step: View['step'], more: Partial<View> = {}): View => ({ activation: 'act_1', step, now: 0, expires: 900, number: '+32 468 75 89 60', email: null, bank: null, ...more })
const at = (step: View['step'], more: Partial<View> = {}): State => reduce(initial('nl'), { type: 'view', view: view(step, more) })
const back = (state: State) => reduce(state, { type: 'back' })

describe('the server decides the step', () => {
  it.each([['number', 'number'], ['email', 'email'], ['bank', 'bank'], ['handover', 'handover'], ['sms', 'sms'], ['code', 'code'], ['expired', 'expired']] as const)('%s shows %s', (step, screen) => {
    expect(screenOf(at(step))).toBe(screen)
  })

  it('a refusal and a wait have screens of their own', () => {
    expect(screenOf(at('refused', { refusal: { code: 'too_young', until: null } }))).toBe('refused')
    expect(screenOf(at('refused', { refusal: { code: 'wait', until: 99 } }))).toBe('wait')
  })

  it('a step forward forgets where the person looked back', () => {
    const looking = reduce(at('bank'), { type: 'revisit', to: 'number' })
    expect(screenOf(looking)).toBe('number')
    expect(screenOf(reduce(looking, { type: 'view', view: view('handover') }))).toBe('handover')
  })
})

describe('back', () => {
  it('walks through the answers and never leaves the server behind', () => {
    const path: string[] = []
    let state = at('handover')
    for (let steps = 0; steps < 5; steps++) {
      state = back(state)
      path.push(screenOf(state))
      expect(state.view?.step).toBe('handover')
    }
    expect(path).toEqual(['bank', 'email', 'number', 'welcome', 'welcome'])
  })

  it.each(['sms', 'code'] as const)('from %s asks whether to pause', (step) => {
    expect(screenOf(back(at(step)))).toBe('pause')
    expect(screenOf(back(back(at(step))))).toBe(step)
  })

  it('skips the e-mail for somebody who has an account', () => {
    const state = reduce(at('bank'), { type: 'way', way: 'again' })
    expect(screenOf(back(state))).toBe('number')
    expect(screenOf(reduce(at('email'), { type: 'way', way: 'again' }))).toBe('bank')
  })

  it('from the country list goes to the number', () => {
    expect(screenOf(back(reduce(at('number'), { type: 'revisit', to: 'country' })))).toBe('number')
    expect(screenOf(back(reduce(at('email'), { type: 'revisit', to: 'country' })))).toBe('number')
  })

  it('leaves the app from the first screen, from home and from pause', () => {
    const welcome = reduce(initial('nl'), { type: 'fresh' })
    const home = reduce(initial('nl'), { type: 'home', home: null })
    expect(canGoBack(welcome)).toBe(false)
    expect(canGoBack(home)).toBe(false)
    expect(canGoBack(back(at('sms')))).toBe(false)
    expect(canGoBack(reduce(home, { type: 'side', side: 'menu' }))).toBe(true)
    expect(canGoBack(at('sms'))).toBe(true)
  })
})

it('whom the old phone let in is not sent back to it', () => {
  expect(reduce(at('vouch'), { type: 'view', view: view('code', { account_known: true }) }).vouched).toBe(true)
  expect(reduce(at('sms'), { type: 'view', view: view('code', { account_known: true }) }).vouched).toBe(false)
})

it('an open request that vanished says whether time or somebody ended it', () => {
  const device = { state: 'active', left: 5, not_before: 0 } as const
  const request = { rid: 'apr_1', exp: 100 } as State['waiting'][number]['request']
  const home = reduce(reduce(initial('nl'), { type: 'home', home: null }), { type: 'pending', waiting: [{ m1: 'x', request }], device, now: 50 })
  const open = reduce(home, { type: 'open', rid: 'apr_1', times: 0 })
  expect(screenOf(open)).toBe('approval')
  expect(reduce(open, { type: 'pending', waiting: [], device, now: 60 }).outcome?.kind).toBe('gone')
  expect(reduce(open, { type: 'pending', waiting: [], device, now: 100 }).outcome?.kind).toBe('expired')
  expect(screenOf(reduce(home, { type: 'pending', waiting: [], device, now: 60 }))).toBe('home')
})
