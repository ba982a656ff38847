// M1 request, M2 answer, M3 receipt, M4 device certificate (docs/protocol.md §4).
import { b64u, Malformed, sha256, utf8 } from './bytes.ts'
import { jwkFrom, NotSigned, parseJws, verifyJws, type Jwk } from './jose.ts'
import { shaped, type Json } from './json.ts'
import { keyNamed, type Role, type ServerKey } from './keys.ts'

export const TYP_REQUEST = 'zelf-req+jws'
export const TYP_ANSWER = 'zelf-apr+jws'
export const TYP_RECEIPT = 'zelf-rcp+jws'
export const TYP_DEVICE = 'zelf-dev+jws'

export type Decision = 'approve' | 'reject' | 'fraud'

export interface Field {
  l: string
  v: string
}

/** M1: what the phone must draw. */
export interface Request {
  rid: string
  kind: string
  dev: string
  lang: string
  title: string
  rp: { id: string; name: string; domain: string }
  from: string
  fields: Field[]
  claims: string[]
  /** `pin_or_bio`: fingerprint or face may stand for the code (docs/life.md §8). */
  uv: 'pin' | 'pin_or_bio' | 'none'
  match: boolean
  head: string
  seq: number
  chal: string
  iat: number
  exp: number
}

/** M2: what the person answered. */
export interface Answer {
  v: 1
  rid: string
  rq: string
  shown: string
  lang: string
  dec: Decision
  match: string
  chal: string
  seq: number
  prev: string
  uv: 'pin' | 'bio' | 'none'
  ts: number
  app: string
}

/** M3: what the vault confirms. */
export interface Receipt {
  rid: string
  rq: string
  apr: string
  dec: Decision
  res: 'ok' | 'rejected' | 'fraud'
  uv: { m: 'pin' | 'bio' | 'none'; gen: number }
  dc: string
  seq: number
  prev: string
  ts: number
}

/** M4: this phone's certificate. */
export interface DeviceCertificate {
  dev: string
  jwk: Jwk
  cap: string
  nbf: number
  exp: number
}

/** Verifies a JWS by the key that its `kid` names, if that key has this role. */
async function verifyByRole(compact: string, typ: string, role: Role, keys: ServerKey[]): Promise<Json> {
  const key = keyNamed(keys, role, parseJws(compact).header.kid)
  if (!key) throw new NotSigned(`no ${role} key of this name`)
  return verifyJws(compact, typ, key)
}

const oneOf = <T extends string>(value: string, ...allowed: T[]): T => {
  if (!(allowed as string[]).includes(value)) throw new Malformed(`${value} is not one of ${allowed.join(', ')}`)
  return value as T
}

function version(v: number): void {
  if (v !== 1) throw new Malformed('unknown version')
}

export async function readRequest(m1: string, keys: ServerKey[]): Promise<Request> {
  return requestFrom(await verifyByRole(m1, TYP_REQUEST, 'rq', keys))
}

export function requestFrom(payload: Json): Request {
  const { v, ...m } = shaped(payload, {
    v: 'integer', rid: 'string', kind: 'string', dev: 'string', lang: 'string', title: 'string', rp: 'object', from: 'string',
    fields: 'array', claims: 'strings', uv: 'string', match: 'boolean', head: 'string', seq: 'integer', chal: 'string', iat: 'integer', exp: 'integer',
  })
  version(v)
  const rp = shaped(m.rp, { id: 'string', name: 'string', domain: 'string' })
  const fields = m.fields.map((field) => shaped(field, { l: 'string', v: 'string' }))
  const request = { ...m, rp, fields, uv: oneOf(m.uv, 'pin', 'pin_or_bio', 'none') }
  if (linesOf(request).some((line) => UNDRAWABLE.test(line))) throw new Malformed('a line cannot be drawn as it is written')
  return request
}

// Control characters and marks that turn the direction of writing: with them, what is drawn would not be what is signed.
const UNDRAWABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

export async function readReceipt(m3: string, keys: ServerKey[]): Promise<Receipt> {
  const payload = await verifyByRole(m3, TYP_RECEIPT, 'rc', keys)
  const { v, ...m } = shaped(payload, {
    v: 'integer', rid: 'string', rq: 'string', apr: 'string', dec: 'string', res: 'string', uv: 'object', dc: 'string', seq: 'integer', prev: 'string', ts: 'integer',
  })
  version(v)
  const uv = shaped(m.uv, { m: 'string', gen: 'integer' })
  return {
    ...m,
    dec: oneOf(m.dec, 'approve', 'reject', 'fraud'),
    res: oneOf(m.res, 'ok', 'rejected', 'fraud'),
    uv: { m: oneOf(uv.m, 'pin', 'bio', 'none'), gen: uv.gen },
  }
}

export async function readCertificate(m4: string, keys: ServerKey[]): Promise<DeviceCertificate> {
  const payload = await verifyByRole(m4, TYP_DEVICE, 'dc', keys)
  const m = shaped(payload, {
    v: 'integer', dev: 'string', acctc: 'string', jwk: 'object', att: 'string', cap: 'string', proof: 'object', nbf: 'integer', exp: 'integer',
  })
  version(m.v)
  return { dev: m.dev, jwk: jwkFrom(m.jwk), cap: m.cap, nbf: m.nbf, exp: m.exp }
}

/** The exact lines that are drawn, in order. */
export function linesOf(request: Request): string[] {
  return [request.title, request.rp.name, request.rp.domain, request.from, ...request.fields.map((field) => `${field.l}: ${field.v}`)]
}

/** `shown` of M2: what the person saw, as one hash. */
export async function shownOf(request: Request): Promise<string> {
  return b64u(await sha256(utf8(linesOf(request).join('\n'))))
}

/** What the vault must confirm for a decision. */
export const resultOf = (decision: Decision): Receipt['res'] => (decision === 'approve' ? 'ok' : decision === 'reject' ? 'rejected' : 'fraud')
