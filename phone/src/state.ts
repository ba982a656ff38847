// One picture of the app and one function that changes it. While an activation runs, the server's view decides the step;
// what stands here beside it is only where the person looks.
import type { Bank, DeviceState, Discovery, Home, Lang, View } from './contract.ts'
import type { Receipt, Request } from './protocol/messages.ts'

/** Something went wrong in place: a code the texts know, and what they need to tell it. */
export interface Problem {
  code: ProblemCode
  left?: number
  /** Seconds since 1970. */
  until?: number
  /** Short id for the helpdesk. */
  id?: string
}

export type ProblemCode =
  | 'offline' | 'busy' | 'unexpected' | 'bank_unreachable' | 'wait'
  | 'number_empty' | 'number_invalid' | 'number_landline' | 'number_premium' | 'number_other' | 'country_not_served'
  | 'email_invalid' | 'bank_unknown' | 'return_wrong' | 'return_length'
  | 'token_wrong' | 'token_case' | 'token_expired' | 'token_length' | 'token_character' | 'sms_wrong' | 'sms_length' | 'code_rejected'
  | 'code_common' | 'code_birthdate' | 'code_number' | 'code_differs' | 'code_paste' | 'match_length'
  | 'not_accepted' | 'not_accepted_last' | 'terms_outdated' | 'out_of_step' | 'notifications_denied'

/** How somebody proves who they are: their bank confirms it, or a card that was read at a computer. */
export type Way = 'bank' | 'eid'
export type Choice = 'biometrics' | 'notifications' | 'sharing' | 'done'
export type Side = 'menu' | 'my-data' | 'language' | 'about' | 'receipts'

/** A request that waits for an answer; `m1` is the signed original. */
export interface Waiting {
  m1: string
  request: Request
}

export type Outcome =
  | { kind: 'approved' | 'refused' | 'fraud'; request: Request }
  | { kind: 'expired' | 'gone'; request: Request; left?: number }

/** One line of this phone's history. */
export interface Entry {
  request: Request
  receipt: Receipt
}

export interface State {
  lang: Lang
  phase: 'loading' | 'activation' | 'active'
  /** Nothing works here: no storage, another root, a phone that was replaced. */
  broken: 'no_storage' | 'untrusted' | 'replaced' | 'out_of_step' | 'no_connection' | null
  world: Discovery | null
  online: boolean
  busy: boolean
  problem: Problem | null
  /** Seconds that the server's clock is ahead of ours. */
  skew: number
  // activation
  view: View | null
  way: Way
  /** The identification token as typed; it leaves with the SMS code. */
  token: string
  begun: 'welcome' | 'terms'
  /** An earlier answer that the person went back to. */
  revisit: 'terms' | 'number' | 'email' | 'bank' | 'country' | 'missing' | 'no-token' | 'typed' | 'pause' | null
  country: string
  /** The number as it stands in the field. */
  typed: string
  banks: Bank[]
  /** The code chosen once, waiting for the second time. Only here, only until then. */
  chosen: string | null
  /** Back from a bank in a browser that did not start. */
  stranger: boolean
  wait: { until: number } | null
  choice: Choice | null
  // active
  home: Pick<Home, 'first_name' | 'number' | 'email' | 'settings' | 'limited'> | null
  device: DeviceState | null
  waiting: Waiting[]
  open: { rid: string; step: 'look' | 'code'; match: string; times: number } | null
  outcome: Outcome | null
  side: Side | null
  history: Entry[]
}

export const initial = (lang: Lang): State => ({
  lang, phase: 'loading', broken: null, world: null, online: true, busy: false, problem: null, skew: 0,
  view: null, way: 'bank', token: '', begun: 'welcome', revisit: null, country: 'BE', typed: '', banks: [], chosen: null, stranger: false, wait: null, choice: null,
  home: null, device: null, waiting: [], open: null, outcome: null, side: null, history: [],
})

export type Event =
  | { type: 'lang'; lang: Lang }
  | { type: 'world'; world: Discovery }
  | { type: 'online'; online: boolean }
  | { type: 'busy'; busy: boolean }
  | { type: 'problem'; problem: Problem | null }
  | { type: 'clock'; skew: number }
  | { type: 'broken'; why: State['broken'] }
  | { type: 'fresh'; begun?: State['begun']; way?: Way }
  | { type: 'way'; way: Way }
  | { type: 'token'; token: string }
  | { type: 'view'; view: View }
  | { type: 'revisit'; to: State['revisit'] }
  | { type: 'country'; country: string }
  | { type: 'typed'; typed: string }
  | { type: 'chosen'; code: string | null }
  | { type: 'stranger'; stranger: boolean }
  | { type: 'wait'; until: number | null }
  | { type: 'choice'; choice: Choice | null }
  | { type: 'home'; home: State['home']; device?: DeviceState }
  | { type: 'pending'; waiting: Waiting[]; device: DeviceState; now: number }
  | { type: 'open'; rid: string; times: number }
  | { type: 'matched'; match: string }
  | { type: 'look' }
  | { type: 'outcome'; outcome: Outcome }
  | { type: 'close' }
  | { type: 'side'; side: Side | null }
  | { type: 'history'; history: Entry[] }
  | { type: 'back' }

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'lang':
      return { ...state, lang: event.lang }
    case 'world':
      return { ...state, world: event.world }
    case 'online':
      return { ...state, online: event.online, problem: event.online && state.problem?.code === 'offline' ? null : state.problem }
    case 'busy':
      return { ...state, busy: event.busy }
    case 'problem':
      return { ...state, problem: event.problem }
    case 'clock':
      return { ...state, skew: event.skew }
    case 'broken':
      return { ...state, broken: event.why, busy: false }
    case 'fresh':
      return { ...initial(state.lang), world: state.world, online: state.online, skew: state.skew, phase: 'activation', begun: event.begun ?? 'welcome', way: event.way ?? 'bank' }
    case 'way':
      return { ...state, way: event.way, revisit: null, problem: null }
    case 'token':
      return { ...state, token: event.token }
    case 'view':
      return withView(state, event.view)
    case 'revisit':
      return { ...state, revisit: event.to, problem: null }
    case 'country':
      return { ...state, country: event.country, revisit: state.view?.step === 'number' ? null : 'number', problem: null }
    case 'typed':
      return { ...state, typed: event.typed }
    case 'chosen':
      return { ...state, chosen: event.code, problem: null }
    case 'stranger':
      return { ...state, stranger: event.stranger }
    case 'wait':
      return { ...state, wait: event.until === null ? null : { until: event.until }, problem: null }
    case 'choice':
      return { ...state, phase: 'active', choice: event.choice, problem: null, chosen: null }
    case 'home':
      return { ...state, phase: 'active', home: event.home, device: event.device ?? state.device }
    case 'pending':
      return withPending(state, event.waiting, event.device, event.now)
    case 'open':
      return { ...state, open: { rid: event.rid, step: 'look', match: '', times: event.times }, side: null, outcome: null, problem: null }
    case 'matched':
      return state.open ? { ...state, open: { ...state.open, step: 'code', match: event.match }, problem: null } : state
    case 'look':
      return state.open ? { ...state, open: { ...state.open, step: 'look', match: '' } } : state
    case 'outcome':
      return { ...state, outcome: event.outcome, open: null, problem: null, waiting: state.waiting.filter((one) => one.request.rid !== event.outcome.request.rid) }
    case 'close':
      return { ...state, outcome: null, open: null, problem: null }
    case 'side':
      return { ...state, side: event.side, problem: null }
    case 'history':
      return { ...state, history: event.history }
    case 'back':
      return back(state)
  }
}

/** The server's step moves on: what the person looked at before falls away. */
function withView(state: State, view: View): State {
  const moved = view.step !== state.view?.step || view.activation !== state.view.activation
  const { revisit, chosen, problem, wait } = moved ? { revisit: null, chosen: null, problem: null, wait: null } : state
  const way = view.method ?? state.way
  return { ...state, phase: 'activation', stranger: false, view, way, banks: view.banks ?? state.banks, revisit, chosen, problem, wait }
}

/** What waits now; an open request that is gone says so. */
function withPending(state: State, waiting: Waiting[], device: DeviceState, now: number): State {
  const next = { ...state, waiting, device }
  const open = state.open
  if (!open || state.busy || waiting.some((one) => one.request.rid === open.rid)) return next
  const before = state.waiting.find((one) => one.request.rid === open.rid)
  if (!before) return { ...next, open: null }
  return { ...next, open: null, problem: null, outcome: { kind: before.request.exp <= now ? 'expired' : 'gone', request: before.request } }
}

/** Back is always there and never undoes an answer. */
function back(state: State): State {
  const calm = { ...state, problem: null }
  if (state.side) return { ...calm, side: state.side === 'menu' ? null : 'menu' }
  if (state.outcome) return { ...calm, outcome: null }
  if (state.open) return state.open.step === 'code' ? { ...calm, open: { ...state.open, step: 'look', match: '' } } : { ...calm, open: null }
  if (state.stranger) return { ...calm, stranger: false }
  if (state.chosen !== null) return { ...calm, chosen: null }
  const step = state.view?.step
  switch (state.revisit) {
    case 'country':
      return { ...calm, revisit: step === 'number' ? null : 'number' }
    case 'missing':
      return { ...calm, revisit: step === 'bank' ? null : 'bank' }
    case 'typed':
    case 'no-token':
    case 'pause':
      return { ...calm, revisit: null }
    case 'bank':
      return { ...calm, revisit: 'email' }
    case 'email':
      return { ...calm, revisit: 'number' }
    case 'number':
      return { ...calm, revisit: 'terms' }
    case 'terms':
      return { ...calm, revisit: 'pause' }
  }
  if (!state.view) return { ...calm, begun: 'welcome' }
  if (step === 'number') return { ...calm, revisit: 'terms' }
  if (asksToken(state) || (step === 'sms' && state.view.method === 'eid')) return { ...calm, revisit: 'number' }
  if (step === 'email') return { ...calm, revisit: 'number' }
  if (step === 'bank') return { ...calm, revisit: 'email' }
  if (step === 'handover') return { ...calm, revisit: 'bank' }
  return { ...calm, revisit: 'pause' }
}

export type ScreenName =
  | 'loading' | 'broken' | 'welcome' | 'terms' | 'number' | 'country' | 'email' | 'bank' | 'bank-missing' | 'token' | 'no-token' | 'handover' | 'return' | 'stranger'
  | 'sms' | 'code' | 'code-again' | 'biometrics' | 'notifications' | 'sharing' | 'done' | 'pause' | 'refused' | 'wait' | 'expired'
  | 'home' | 'approval' | 'approval-code' | 'approved' | 'answer-refused' | 'fraud' | 'request-expired' | 'locked' | Side

/** Which screen this picture shows. */
export function screenOf(state: State): ScreenName {
  if (state.broken) return 'broken'
  if (state.phase === 'loading') return 'loading'
  if (state.phase === 'active') return activeScreen(state)
  if (state.side) return state.side
  if (state.stranger) return 'stranger'
  if (state.wait) return 'wait'
  return activationScreen(state)
}

const REVISITED = { terms: 'terms', number: 'number', email: 'email', bank: 'bank', country: 'country', missing: 'bank-missing', 'no-token': 'no-token', typed: 'return', pause: 'pause' } as const

function activationScreen(state: State): ScreenName {
  const view = state.view
  if (!view) return state.begun
  if (view.step === 'refused') return view.refusal?.code === 'wait' ? 'wait' : 'refused'
  if (view.step === 'expired') return 'expired'
  if (state.revisit) return REVISITED[state.revisit]
  if (asksToken(state)) return 'token'
  if (view.step === 'code') return state.chosen === null ? 'code' : 'code-again'
  return view.step === 'active' ? 'loading' : view.step
}

/** The number is known and the person has chosen the card: the server does not know that yet. */
export function asksToken({ way, view }: State): boolean {
  if (way !== 'eid' || !view) return false
  return view.step === 'email' || view.step === 'bank' || (view.step === 'handover' && !view.handover?.returned)
}

function activeScreen(state: State): ScreenName {
  if (state.device?.state === 'locked') return 'locked'
  if (state.choice) return state.choice
  if (state.outcome) return ({ approved: 'approved', refused: 'answer-refused', fraud: 'fraud', expired: 'request-expired', gone: 'request-expired' } as const)[state.outcome.kind]
  if (state.side) return state.side
  if (state.open) return state.open.step === 'code' ? 'approval-code' : 'approval'
  return 'home'
}
