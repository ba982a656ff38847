// What the server answers (docs/protocol.md §3): shapes of JSON, nothing else.
import type { Jwk } from './protocol/jose.ts'

export type Lang = 'nl' | 'fr' | 'de' | 'en'
export const LANGS: readonly Lang[] = ['nl', 'fr', 'de', 'en']

/** The version of the terms that this app shows. */
export const TERMS = '2026-11'
export const APP = 'web 0.1.0'

export interface Discovery {
  issuer: string
  app: string
  name: string
  keys: string
  root: Jwk
  test_world?: boolean
  inbox?: string
}

export type Step = 'number' | 'email' | 'bank' | 'vouch' | 'handover' | 'sms' | 'token' | 'code' | 'active' | 'refused' | 'expired'

export interface Bank {
  id: string
  name: string
  needs_app: boolean
}

export type RefusalCode =
  | 'bank_refused' | 'bank_data_outdated' | 'too_young' | 'sms_exhausted' | 'number_taken' | 'return_exhausted' | 'token_exhausted' | 'stopped' | 'wait' | 'held' | 'stopped_card'

/** Where an activation is; the server's word is the truth. Times are seconds since 1970. */
export interface View {
  activation: string
  step: Step
  now: number
  expires: number
  number: string | null
  email: string | null
  bank: string | null
  /** The way with an identity card and a token (docs/eid.md §4.1). */
  method?: 'eid'
  banks?: Bank[]
  handover?: { url: string; expires: number; returned: boolean }
  sms?: { left: number; expires: number; resend_at: number }
  token?: { left: number }
  birthdate?: string
  account_known?: boolean
  first_name?: string
  certificate?: string
  seq?: number
  head?: string
  /** At step `vouch`: what the old phone scans, and its six words (docs/life.md §6). */
  vouch?: { text: string; words: string[] }
  refusal?: { code: RefusalCode; until?: number | null }
}

/** Why a phone's row ended (docs/life.md §3); `unknown`: the server knows nothing of this phone. */
export const ENDINGS = ['replaced', 'citizen', 'block_code', 'card', 'wrong_codes', 'stop_code', 'helpdesk', 'closed', 'unknown'] as const
export type Ending = (typeof ENDINGS)[number]

export interface Settings {
  biometrics: boolean
  notifications: boolean
  sharing: boolean
  /** May services find this person by phone number? Yes where nothing is said. */
  by_number?: boolean
}

export interface DeviceState {
  state: 'active' | 'locked'
  left: number
  not_before: number
}

export interface Home {
  first_name: string
  number: string
  email: string | null
  settings: Settings
  device: DeviceState
  /** Until then this phone may only log in (docs/eid.md §4.2). */
  limited?: number
  /** When this phone was activated. */
  since?: number
  /** Of the code: higher than ours when a new one counts (docs/life.md §4). */
  generation?: number
  /** Somebody is on the phone with the person until then. */
  careful?: number
  /** Somebody else proved the number. */
  number_lost?: boolean
  /** Credential id of the fingerprint or face in use. */
  biometric?: string
  by_number?: boolean
  head: string
  seq: number
  last_receipt: string | null
  now: number
}

export interface Pending {
  requests: string[]
  device: DeviceState
  head: string
  seq: number
  now: number
}
