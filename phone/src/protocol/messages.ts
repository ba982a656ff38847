// M1 request, M2 answer, M3 receipt, M4 device certificate (docs/protocol.md §4).
import { b64u, Malformed, sha256, utf8 } from './bytes.ts'
import { jwkFrom, NotSigned, parseJws, verifyJws, type Jwk } from './jose.ts'
import { shaped, type Json } from './json.ts'
import { keyNamed, type Role, type ServerKey } from './keys.ts'
import { readMarkup } from './markup.ts'
import { visible } from './plain.ts'

export const TYP_REQUEST = 'zelf-req+jws'
export const TYP_ANSWER = 'zelf-apr+jws'
export const TYP_RECEIPT = 'zelf-rcp+jws'
export const TYP_DEVICE = 'zelf-dev+jws'

export type Decision = 'approve' | 'reject' | 'fraud'

/** What is asked: each has a screen of its own, and a kind that has none here is not shown. */
export const KINDS = ['login', 'share', 'payment', 'text', 'admin', 'act'] as const
export type Kind = (typeof KINDS)[number]

/** Label and value as they are drawn. `c`: the claim that the value answers; `o`: the person may leave it out. */
export interface Field {
  l: string
  v: string
  c?: string
  o?: true
}

/** M1: what the phone must draw. */
export interface Request {
  rid: string
  kind: Kind
  dev: string
  lang: string
  title: string
  rp: { id: string; name: string; domain: string }
  from: string
  fields: Field[]
  claims: string[]
  /** Why the service asks, in its own words. */
  purpose?: string
  /** What is confirmed: canonical markup (markup.ts). */
  text?: string
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
  /** Claims that the person keeps to themselves, sorted; left out when there are none. */
  without?: string[]
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
  const { v, ...m } = shaped(
    payload,
    {
      v: 'integer', rid: 'string', kind: 'string', dev: 'string', lang: 'string', title: 'string', rp: 'object', from: 'string',
      fields: 'array', claims: 'strings', uv: 'string', match: 'boolean', head: 'string', seq: 'integer', chal: 'string', iat: 'integer', exp: 'integer',
    },
    { purpose: 'string', text: 'string' },
  )
  version(v)
  const rp = shaped(m.rp, { id: 'string', name: 'string', domain: 'string' })
  const request: Request = { ...m, rp, kind: oneOf(m.kind, ...KINDS), fields: m.fields.map(fieldFrom), uv: oneOf(m.uv, 'pin', 'pin_or_bio', 'none') }
  if (!linesOf(request).every(visible)) throw new Malformed('a line cannot be drawn as it is written')
  if (request.text !== undefined) readMarkup(request.text)
  if (request.kind === 'text' && !request.text) throw new Malformed('nothing to confirm')
  if (request.kind === 'payment' && told(request).length < 2) throw new Malformed('a payment without amount or payee')
  return request
}

function fieldFrom(json: Json): Field {
  const { o, ...field } = shaped(json, { l: 'string', v: 'string' }, { c: 'string', o: 'boolean' })
  if (o === undefined) return field
  if (!o || !field.c) throw new Malformed('a field that may be left out has no claim')
  return { ...field, o }
}

/** Lines about the request itself, in its order: of a payment the amount first, then to whom. */
export const told = ({ fields }: Pick<Request, 'fields'>): Field[] => fields.filter(({ c }) => c === undefined)
/** Lines about the person. */
export const shared = ({ fields }: Pick<Request, 'fields'>): Field[] => fields.filter(({ c }) => c !== undefined)

/** The claims that this answer may leave out. */
export const refusable = (request: Request): string[] => [...new Set(request.fields.flatMap(({ c, o }) => (o && c ? [c] : [])))]

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

/** The exact lines that are drawn, in order; what is not there has no line. */
export function linesOf({ title, rp, from, purpose, fields, text }: Request): string[] {
  const maybe = (line: string | undefined) => (line === undefined ? [] : [line])
  return [title, rp.name, rp.domain, from, ...maybe(purpose), ...fields.map(({ l, v }) => `${l}: ${v}`), ...maybe(text)]
}

/** `shown` of M2: what the person saw, as one hash. */
export async function shownOf(request: Request): Promise<string> {
  return b64u(await sha256(utf8(linesOf(request).join('\n'))))
}

/** What the vault must confirm for a decision. */
export const resultOf = (decision: Decision): Receipt['res'] => (decision === 'approve' ? 'ok' : decision === 'reject' ? 'rejected' : 'fraud')
