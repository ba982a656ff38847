// The account's own slice of the picture: what the menu's screens know, and what the person asked us to change.
import type { Entry, Evidence, MyData, MyEvent, MyMessage, MyPartner, SmsState, StateFilter } from './account-contract.ts'

/** The screens behind the menu; each has one that Back leads to. */
export const PARENTS = {
  menu: null, scan: null,
  'my-data': 'menu', 'my-history': 'menu', partners: 'menu', messages: 'menu', 'new-phone': 'menu', safety: 'menu', close: 'menu', language: 'menu', about: 'menu', receipts: 'my-history',
  'number-new': 'my-data', 'number-code': 'number-new', 'email-new': 'my-data', 'code-new': 'my-data',
  'history-entry': 'my-history', events: 'my-history', partner: 'partners', suspicious: 'safety',
  block: 'safety', careful: 'safety', 'block-code': 'safety',
} as const

export type AccountSide = keyof typeof PARENTS

export type ActKind = 'number' | 'email' | 'biometrics' | 'code' | 'new-phone' | 'close'

/** A change that waits for the code, and the screen it was asked on. */
export interface Act {
  kind: ActKind
  rid: string
  /** `null`: the home screen. */
  from: AccountSide | null
  /** What one of M1's fields must say, or somebody else's change would be approved: our own words, or the mark of our own new code. */
  expects: string | null
}

/** What was just done, said in place. */
export type Done = ActKind | 'refused' | 'withdrawn' | 'muted' | 'exported' | 'copied'

export interface Account {
  act: Act | null
  done: Done | null
  data: MyData | null
  number: { number: string; sms: SmsState } | null
  history: { entries: Entry[]; next: string | null; state: StateFilter; partner: string | null } | null
  entry: string | null
  evidence: Evidence | null
  events: MyEvent[] | null
  partners: MyPartner[] | null
  partner: string | null
  messages: MyMessage[] | null
  blockCode: string | null
  /** An answer with a code is not taken before. */
  hold: number
  /** Requests from there reach nobody until then. */
  muted: number | null
  /** Came here from elsewhere (`null`: home) than the screen above: Back leads there again. */
  above: AccountSide | null | undefined
}

export const initialAccount: Account = {
  act: null, done: null, data: null, number: null, history: null, entry: null, evidence: null, events: null, partners: null, partner: null, messages: null, blockCode: null,
  hold: 0, muted: null, above: undefined,
}

export type AccountEvent = { type: 'account'; change: Partial<Account> }

/** A fresh look at a screen starts without what was said on the last one. */
export function lookedAway(account: Account): Account {
  return account.done ? { ...account, done: null } : account
}

/** An act of ours was answered: back to where it was asked, with a word in place of a screen. `null` where it was not ours or was reported. */
export function settled(account: Account, rid: string, how: 'approved' | 'refused'): { account: Account; side: AccountSide | null } | null {
  const act = account.act
  if (act?.rid !== rid) return null
  return { account: { ...account, act: null, number: null, done: how === 'approved' ? act.kind : 'refused', data: how === 'approved' ? null : account.data }, side: landing(act) }
}

/** After a change one stands where its result can be seen. */
const landing = ({ kind, from }: Act): AccountSide | null => (kind === 'number' || kind === 'email' || kind === 'code' ? 'my-data' : from)
