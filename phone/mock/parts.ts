// What the parts of the mock have in common.
import type { Settings, View } from '../src/contract.ts'
import type { Jwk } from '../src/protocol/jose.ts'
import type { Sealed } from '../src/protocol/pin.ts'

export interface MockAnswer {
  status: number
  json?: Record<string, unknown>
  /** Where to send a browser. */
  location?: string
  html?: string
}

export type Told = Record<string, unknown>

/** A request that waits for this phone's answer. */
export interface Asked {
  rid: string
  m1: string
  /** Every signing of it: like the real server, each look gets a fresh one. */
  signed: Set<string>
  payload: Record<string, unknown>
  chal: string
  exp: number
}

export interface Phone {
  dev: string
  jwk: Jwk
  view: View
  proof: string
  outcome: string
  smsLeft: number
  returnLeft: number
  tokenLeft: number
  resendAt: number
  point: Uint8Array | null
  m4: string
  settings: Settings
  seq: number
  head: string
  lastReceipt: string | null
  tries: number
  notBefore: number
  login: Asked | null
  /** The old phone said yes: no limit for this one. */
  agreed: boolean
  limited: number | null
}

export interface Body {
  country: string
  number: string
  email: string | null
  bank: string
  code: string
  token?: string
  proof?: string
  typed?: string
  sealed: Sealed
  wait: number
}

/** A refusal, as the contract tells it. */
export class No extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(code)
  }
}

export const ok = (json: Told): MockAnswer => ({ status: 200, json })

export const refusal = (error: No): MockAnswer => ({ status: error.status, json: { error: error.code, id: 'T3ST', ...error.more } })

/** The town that both halves look at. */
export interface Hall {
  readonly origin: string
  readonly phones: Map<string, Phone>
  /** Phones whose part is over, latest last: their people are known. */
  readonly past: Phone[]
  end(phone: Phone, why: string): void
  now(): number
}
