// What the server answers about the account itself (docs/life.md §3): shapes of JSON, nothing else. Times are seconds since 1970.

export interface SmsState {
  left: number
  expires: number
  resend_at: number
}

export type Source = 'bank' | 'eid' | 'you'

export interface Fact {
  claim: string
  value: string
  source: Source
  at: number
}

export interface MyData {
  facts: Fact[]
  /** base64url JPEG of the card. */
  photo?: string | null
  proof: { method: string; source: string | null; document: string | null; at: number }
  phone: { name: string; since: number; id: string }
  account: { since: number; recovered_by: string | null; limited: number | null }
  language: string
}

export type EntryState = 'approved' | 'refused' | 'reported' | 'expired' | 'stopped' | 'waiting'
export type StateFilter = EntryState | null

export interface Entry {
  rid: string
  kind: string
  partner: { id: string; name: string }
  title: string
  at: number
  decided: number | null
  state: EntryState
  claims: string[]
  place: string | null
  browser: string | null
  evidence: boolean
}

export interface HistoryPage {
  entries: Entry[]
  next: string | null
}

export interface MyEvent {
  at: number
  what: string
  detail: string | null
  by?: string
}

export interface Evidence {
  m1: string
  m2: string
  m3: string
  m4: string
  keys: string
  bio?: unknown
}

export interface MyPartner {
  id: string
  name: string
  domain: string
  claims: string[]
  first: number
  last: number
  times: number
  withdrawn: number | null
}

export interface MyMessage {
  at: number
  kind: 'sms' | 'mail'
  what: string
  to: 'number' | 'old_number' | 'email' | 'old_email'
}
