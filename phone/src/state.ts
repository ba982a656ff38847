// One picture of the app and one function that changes it. While an activation runs, the server's view decides the step;
// what stands here beside it is only where the person looks.
import { initialAccount, lookedAway, PARENTS, settled, type Account, type AccountEvent, type AccountSide } from './account-state.ts'
import type { Bank, DeviceState, Discovery, Ending, Home, Lang, View } from './contract.ts'
import { inFields } from './countries.ts'
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
  | 'token_wrong' | 'token_case' | 'token_expired' | 'token_length' | 'token_character' | 'sms_wrong' | 'sms_length' | 'sms_over' | 'code_rejected'
  | 'code_common' | 'code_birthdate' | 'code_number' | 'code_differs' | 'code_paste' | 'match_length'
  | 'not_accepted' | 'not_accepted_last' | 'code_wrong' | 'code_wrong_last' | 'limited' | 'too_recent' | 'bio_rejected' | 'bio_failed' | 'careful' | 'number_taken'
  | 'scan_strange' | 'scan_gone' | 'scan_camera' | 'scan_old' | 'scan_taken' | 'scan_over' | 'scan_unknown' | 'scan_no_camera' | 'scan_here' | 'change_waits' | 'terms_outdated' | 'out_of_step' | 'notifications_denied'

/** How somebody proves who they are: their bank confirms it (`again`: they have an account), or a card that was read at a computer. */
export type Way = 'bank' | 'again' | 'eid'

/** What this phone still knows of an account that worked here; none of it is secret. */
export interface Known {
  number: string
  bank?: Bank
}
export type Side = AccountSide

/** A request that waits for an answer; `m1` is the signed original. */
export interface Waiting {
  m1: string
  request: Request
  /** When this phone first saw it. */
  seen?: number
}

export type Outcome =
  /** `back`: where the browser of this phone goes on, when it began there. */
  | { kind: 'approved' | 'refused' | 'fraud'; request: Request; back?: string }
  | { kind: 'expired' | 'gone'; request: Request; left?: number }

/** One line of this phone's history. */
export interface Entry {
  request: Request
  receipt: Receipt
}

/** The request on the screen. */
export interface Opened {
  rid: string
  step: 'look' | 'code'
  match: string
  /** How often this phone said yes to the service before. */
  times: number
  /** Claims that the person keeps to themselves. */
  without: string[]
  /** The end of its text was on the screen. */
  read: boolean
}

export interface State {
  lang: Lang
  phase: 'loading' | 'activation' | 'active'
  /** Nothing works here: no storage, another root, keys that are gone. */
  broken: 'no_storage' | 'untrusted' | 'keys_gone' | 'out_of_step' | 'no_connection' | null
  /** This phone's part in the account is over; `forgotten`: it is not, but the person does not know the code any more. */
  ended: { why: Ending | 'forgotten'; at?: number } | null
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
  /** Number and token came with the address, from the computer's page. */
  offered: boolean
  known: Known | null
  /** The old phone has let this one in: it need not be asked again. */
  vouched: boolean
  /** An earlier answer that the person went back to. */
  revisit: 'welcome' | 'number' | 'email' | 'bank' | 'country' | 'missing' | 'no-token' | 'typed' | 'pause' | null
  country: string
  /** The number as it stands in the field. */
  typed: string
  banks: Bank[]
  /** Back from a bank in a browser that did not start. */
  stranger: boolean
  wait: { until: number } | null
  /** Opened by a code (`q`) or a link (`r`) of a request, in a browser that holds no account. */
  elsewhere: 'q' | 'r' | null
  // active
  /** Just activated: the home screen says so. */
  greeting: boolean
  /** What home has proposed and need not propose again. */
  dismissed: string[]
  home: Pick<Home, 'first_name' | 'number' | 'email' | 'settings' | 'limited' | 'since' | 'careful' | 'number_lost' | 'biometric' | 'by_number'> | null
  device: DeviceState | null
  waiting: Waiting[]
  /** A request that this app cannot draw as it is written; `closed`: the person has read that. */
  unshown: { rid: string; closed: boolean } | null
  /** Until then a service is expected to ask something, and what comes opens by itself; seconds since 1970. */
  expects: number
  open: Opened | null
  outcome: Outcome | null
  side: Side | null
  history: Entry[]
  account: Account
}

export const initial = (lang: Lang): State => ({
  lang, phase: 'loading', broken: null, ended: null, world: null, online: true, busy: false, problem: null, skew: 0,
  view: null, way: 'bank', token: '', offered: false, known: null, vouched: false, revisit: null, country: 'BE', typed: '', banks: [], stranger: false, wait: null, elsewhere: null,
  greeting: false, dismissed: [], home: null, device: null, waiting: [], unshown: null, expects: 0, open: null, outcome: null, side: null, history: [], account: initialAccount,
})

export type Event =
  | { type: 'lang'; lang: Lang }
  | { type: 'world'; world: Discovery }
  | { type: 'online'; online: boolean }
  | { type: 'busy'; busy: boolean }
  | { type: 'problem'; problem: Problem | null }
  | { type: 'clock'; skew: number }
  | { type: 'broken'; why: State['broken'] }
  | { type: 'ended'; ended: State['ended'] }
  | { type: 'fresh'; way?: Way; typed?: string; country?: string; known?: Known | null }
  | { type: 'offered'; token: string; number: string }
  | { type: 'known'; known: Known | null }
  | { type: 'way'; way: Way }
  | { type: 'token'; token: string }
  | { type: 'view'; view: View }
  | { type: 'revisit'; to: State['revisit'] }
  | { type: 'country'; country: string }
  | { type: 'typed'; typed: string; country?: string }
  | { type: 'stranger'; stranger: boolean }
  | { type: 'wait'; until: number | null }
  | { type: 'elsewhere'; elsewhere: State['elsewhere'] }
  | { type: 'greeting'; greeting: boolean }
  | { type: 'dismissed'; dismissed: string[] }
  | { type: 'home'; home: State['home']; device?: DeviceState }
  | { type: 'pending'; waiting: Waiting[]; unshown?: string | null; device: DeviceState; now: number }
  | { type: 'unshown-read' }
  | { type: 'expects'; until: number }
  | { type: 'open'; rid: string; times: number }
  | { type: 'matched'; match: string }
  | { type: 'without'; claim: string; keep: boolean }
  | { type: 'read' }
  | { type: 'look' }
  | { type: 'outcome'; outcome: Outcome }
  | { type: 'close' }
  | { type: 'side'; side: Side | null; direct?: boolean }
  | { type: 'history'; history: Entry[] }
  | AccountEvent
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
    case 'ended':
      return { ...state, ended: event.ended, busy: false, problem: null, open: null, outcome: null, side: null }
    case 'fresh':
      return {
        ...initial(state.lang), world: state.world, online: state.online, skew: state.skew, busy: state.busy, phase: 'activation',
        way: event.way ?? 'bank', typed: event.typed ?? '', country: event.country ?? 'BE', known: event.known ?? null,
      }
    case 'offered':
      return withOffer(state, event)
    case 'known':
      return { ...state, known: event.known }
    case 'way':
      return { ...state, way: event.way, revisit: null, problem: null }
    case 'token':
      return { ...state, token: event.token }
    case 'view':
      return withView(state, event.view)
    case 'revisit':
      return { ...state, revisit: event.to, problem: null }
    case 'country':
      return { ...state, country: event.country, revisit: asksNumber(state) ? null : 'number', problem: null }
    case 'typed':
      return { ...state, typed: event.typed, country: event.country ?? state.country }
    case 'stranger':
      return { ...state, stranger: event.stranger }
    case 'wait':
      return { ...state, wait: event.until === null ? null : { until: event.until }, problem: null }
    case 'elsewhere':
      return { ...state, elsewhere: event.elsewhere, problem: null }
    case 'greeting':
      return { ...state, greeting: event.greeting }
    case 'dismissed':
      return { ...state, dismissed: event.dismissed }
    case 'home':
      return { ...state, phase: 'active', problem: state.phase === 'active' ? state.problem : null, home: event.home, device: event.device ?? state.device }
    case 'pending':
      return withPending({ ...state, unshown: unshownNow(state, event.unshown ?? null) }, event.waiting, event.device, event.now)
    case 'unshown-read':
      return { ...state, unshown: state.unshown && { ...state.unshown, closed: true } }
    case 'expects':
      return { ...state, expects: event.until, side: null, open: null, outcome: null, problem: null }
    case 'open':
      return { ...state, open: { rid: event.rid, step: 'look', match: '', times: event.times, without: [], read: false }, greeting: false, expects: 0, side: null, outcome: null, problem: null }
    case 'matched':
      return state.open ? { ...state, open: { ...state.open, step: 'code', match: event.match }, problem: null } : state
    case 'without':
      return state.open ? { ...state, open: { ...state.open, without: [...state.open.without.filter((one) => one !== event.claim), ...(event.keep ? [event.claim] : [])] } } : state
    case 'read':
      return state.open && !state.open.read ? { ...state, open: { ...state.open, read: true } } : state
    case 'look':
      return state.open ? { ...state, open: { ...state.open, step: 'look', match: '' } } : state
    case 'outcome':
      return withOutcome(state, event.outcome)
    case 'close':
      return { ...state, outcome: null, open: null, problem: null }
    case 'side':
      return { ...state, side: event.side, problem: null, account: { ...lookedAway(state.account), above: event.direct ? state.side : undefined } }
    case 'history':
      return { ...state, history: event.history }
    case 'account':
      return { ...state, account: { ...state.account, ...event.change } }
    case 'back':
      return back(state)
  }
}

/** The server's step moves on: what the person looked at before falls away. */
function withView(state: State, view: View): State {
  const moved = view.step !== state.view?.step || view.activation !== state.view.activation
  const { revisit, problem, wait } = moved ? { revisit: null, problem: null, wait: null } : state
  const way = view.method ?? state.way
  const fields = view.number && !state.typed ? inFields(view.number) : {}
  const vouched = state.vouched || (state.view?.step === 'vouch' && view.step === 'code')
  return { ...state, ...fields, vouched, phase: 'activation', stranger: false, view, way, banks: view.banks ?? state.banks, revisit, problem, wait }
}

/** Number and token from an address fill in the fields; nothing begins by itself, and what is past the number stays as it is. */
function withOffer(state: State, { token, number }: { token: string; number: string }): State {
  const step = state.view?.step
  if (state.phase !== 'activation' || state.broken || state.ended || !(step === undefined || step === 'number' || step === 'email' || step === 'bank')) return state
  return { ...state, ...inFields(number), token, offered: true, revisit: state.view ? 'welcome' : null, problem: null }
}

/** It stays told until the person has read it, also when it is over by then. */
function unshownNow({ unshown }: State, rid: string | null): State['unshown'] {
  if (rid === null) return unshown?.closed ? null : unshown
  return unshown?.rid === rid ? unshown : { rid, closed: false }
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

/** What became of a request; a change the person asked for in the menu ends there, with a word in place. */
function withOutcome(state: State, outcome: Outcome): State {
  const next = { ...state, outcome, open: null, problem: null, waiting: state.waiting.filter((one) => one.request.rid !== outcome.request.rid) }
  if (outcome.kind !== 'approved' && outcome.kind !== 'refused') return { ...next, account: { ...state.account, act: null } }
  const done = settled(state.account, outcome.request.rid, outcome.kind)
  return done ? { ...next, ...done, outcome: null } : next
}

/** Back is always there and never undoes an answer. */
function back(state: State): State {
  const calm = { ...state, problem: null }
  if (state.ended) return state.ended.why === 'forgotten' ? { ...calm, ended: null } : state
  if (state.side && !state.open) return { ...calm, side: state.account.above === undefined ? PARENTS[state.side] : state.account.above, account: { ...lookedAway(state.account), above: undefined } }
  if (state.outcome) return { ...calm, outcome: null }
  if (state.open && isOurAct(state)) return { ...calm, open: null, side: state.account.act?.from ?? null }
  if (state.open) return state.open.step === 'code' ? { ...calm, open: { ...state.open, step: 'look', match: '' } } : { ...calm, open: null }
  if (screenOf(state) === 'unshown') return reduce(calm, { type: 'unshown-read' })
  if (state.elsewhere) return { ...calm, elsewhere: null }
  if (state.stranger) return { ...calm, stranger: false }
  const step = state.view?.step
  switch (state.revisit) {
    case 'country':
      return { ...calm, revisit: asksNumber(state) ? null : 'number' }
    case 'missing':
      return { ...calm, revisit: bankNow(state) ? null : 'bank' }
    case 'typed':
    case 'no-token':
    case 'pause':
      return { ...calm, revisit: null }
    case 'bank':
      return { ...calm, revisit: state.way === 'bank' ? 'email' : 'number' }
    case 'email':
      return { ...calm, revisit: 'number' }
    case 'number':
      return { ...calm, revisit: 'welcome' }
    case 'welcome':
      return calm
  }
  if (!state.view) return calm
  if (asksToken(state)) return { ...calm, revisit: 'welcome' }
  if (step === 'number' || step === 'vouch') return { ...calm, revisit: 'welcome' }
  if (step === 'sms' && state.view.method === 'eid') return { ...calm, revisit: 'number' }
  if (step === 'email') return { ...calm, revisit: 'number' }
  if (step === 'bank') return { ...calm, revisit: state.way === 'bank' ? 'email' : 'number' }
  if (step === 'handover') return { ...calm, revisit: 'bank' }
  return { ...calm, revisit: 'pause' }
}

export type ScreenName =
  | 'loading' | 'broken' | 'ended' | 'welcome' | 'vouch' | 'number' | 'country' | 'email' | 'bank' | 'bank-missing' | 'token' | 'no-token' | 'handover' | 'return' | 'stranger' | 'elsewhere'
  | 'sms' | 'code' | 'pause' | 'refused' | 'wait' | 'expired'
  | 'home' | 'unshown' | 'approval' | 'approval-code' | 'approved' | 'answer-refused' | 'fraud' | 'request-expired' | 'confirm-act' | Side

/** Which screen this picture shows. */
export function screenOf(state: State): ScreenName {
  if (state.broken) return 'broken'
  if (endingOf(state)) return 'ended'
  if (state.phase === 'loading') return 'loading'
  if (state.phase === 'active') return activeScreen(state)
  if (state.side) return state.side
  if (state.elsewhere) return 'elsewhere'
  if (state.stranger) return 'stranger'
  if (state.wait) return 'wait'
  return activationScreen(state)
}

const REVISITED = { welcome: 'welcome', number: 'number', email: 'email', bank: 'bank', country: 'country', missing: 'bank-missing', 'no-token': 'no-token', typed: 'return', pause: 'pause' } as const

function activationScreen(state: State): ScreenName {
  const view = state.view
  if (!view) return 'welcome'
  if (view.step === 'refused') return view.refusal?.code === 'wait' ? 'wait' : 'refused'
  if (view.step === 'expired') return 'expired'
  if (state.revisit === 'number' && state.way === 'eid') return 'token'
  if (state.revisit) return REVISITED[state.revisit]
  if (asksToken(state)) return 'token'
  if (bankNow(state)) return 'bank'
  return view.step === 'active' ? 'loading' : view.step
}

/** Number and token are asked together: the person has chosen the card, and the server does not know that yet. */
export function asksToken({ way, view }: State): boolean {
  if (way !== 'eid' || !view) return false
  return view.step === 'number' || view.step === 'email' || view.step === 'bank' || (view.step === 'handover' && !view.handover?.returned)
}

/** The number is asked now, not looked back at. */
const asksNumber = (state: State): boolean => state.view?.step === 'number' || asksToken(state)

/** Whoever has an account is not asked for an e-mail address. */
const bankNow = ({ way, view }: State): boolean => view?.step === 'bank' || (view?.step === 'email' && way === 'again')

/** Why this phone does nothing any more. */
export function endingOf(state: State): State['ended'] {
  if (state.ended) return state.ended
  return state.phase === 'active' && state.device?.state === 'locked' ? { why: 'wrong_codes' } : null
}

function activeScreen(state: State): ScreenName {
  if (state.outcome) return ({ approved: 'approved', refused: 'answer-refused', fraud: 'fraud', expired: 'request-expired', gone: 'request-expired' } as const)[state.outcome.kind]
  if (state.side) return state.side
  if (state.open && isOurAct(state)) return 'confirm-act'
  if (state.open) return state.open.step === 'code' ? 'approval-code' : 'approval'
  return state.unshown && !state.unshown.closed ? 'unshown' : 'home'
}

/** The open request is the change that was just asked for here: one screen shows it and takes the code. */
export const isOurAct = (state: State): boolean => state.open !== null && state.open.rid === state.account.act?.rid
