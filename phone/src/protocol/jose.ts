// Compact JWS with ES256 (RFC 7515, RFC 7518 §3.4) and P-256 public keys as JWK (RFC 7517, thumbprint RFC 7638).
import { b64u, fromUtf8, Malformed, sha256, unb64u, utf8, type Bytes } from './bytes.ts'
import { parseStrict, shaped, type Json } from './json.ts'

/** A P-256 public key with exactly these members. */
export interface Jwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
}

export interface Header {
  alg: string
  typ: string
  kid: string
}

export interface Jws {
  header: Header
  payload: Json
  /** `header.payload`, the bytes that are signed. */
  input: string
  signature: Bytes
}

/** A signature, its `typ` or its `kid` is not the awaited one. */
export class NotSigned extends Error {
  override name = 'NotSigned'
}

/** A confirmation of 7,500 characters fits, however they are written. */
export const MAX_JWS_BYTES = 40 * 1024
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const
const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** Signs with a WebCrypto key: raw 64 bytes. */
export async function es256(key: CryptoKey, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key, bytes))
}

export async function es256Verifies(jwk: Jwk, bytes: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false
  const key = await importPublic(jwk)
  return crypto.subtle.verify(ES256, key, signature, bytes)
}

async function importPublic(jwk: Jwk): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('jwk', { ...jwk }, P256, false, ['verify'])
  } catch {
    throw new Malformed('not a point of P-256')
  }
}

/** `header.payload` of a JWS that is still to be signed. */
export function signingInput(typ: string, kid: string, payload: unknown): string {
  const header: Header = { alg: 'ES256', typ, kid }
  return `${b64u(utf8(JSON.stringify(header)))}.${b64u(utf8(JSON.stringify(payload)))}`
}

export async function sign(key: CryptoKey, typ: string, kid: string, payload: unknown): Promise<string> {
  const input = signingInput(typ, kid, payload)
  return `${input}.${b64u(await es256(key, utf8(input)))}`
}

/** Takes a compact JWS apart without trusting it. */
export function parseJws(compact: string): Jws {
  if (compact.length > MAX_JWS_BYTES) throw new Malformed('longer than 40 KiB')
  const parts = compact.split('.')
  if (parts.length !== 3) throw new Malformed('not three parts')
  const [head, body, tail] = parts as [string, string, string]
  const header = shaped(parseStrict(fromUtf8(unb64u(head))), { alg: 'string', typ: 'string', kid: 'string' })
  const payload = parseStrict(fromUtf8(unb64u(body)))
  return { header, payload, input: `${head}.${body}`, signature: unb64u(tail) }
}

/** Parses and checks `alg`, `typ`, `kid` and the signature; answers the payload. */
export async function verifyJws(compact: string, typ: string, key: { kid: string; jwk: Jwk }): Promise<Json> {
  const jws = parseJws(compact)
  if (jws.header.alg !== 'ES256' || jws.header.typ !== typ || jws.header.kid !== key.kid) throw new NotSigned(`not a ${typ} of ${key.kid}`)
  if (!(await es256Verifies(key.jwk, utf8(jws.input), jws.signature))) throw new NotSigned('bad signature')
  return jws.payload
}

/** A public key from a parsed JSON value: exact members, canonical 32-byte coordinates. */
export function jwkFrom(value: Json): Jwk {
  const jwk = shaped(value, { kty: 'string', crv: 'string', x: 'string', y: 'string' })
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') throw new Malformed('not a P-256 key')
  if (unb64u(jwk.x).length !== 32 || unb64u(jwk.y).length !== 32) throw new Malformed('coordinates are not 32 bytes')
  return jwk as unknown as Jwk
}

/** The 65-byte uncompressed point. */
export function pointOf(jwk: Jwk): Bytes {
  return new Uint8Array([4, ...unb64u(jwk.x), ...unb64u(jwk.y)])
}

export async function thumbprint(jwk: Jwk): Promise<string> {
  return b64u(await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`)))
}

/** `dev_…`, `rq_…`: a role and the first 22 characters of the thumbprint. */
export async function keyId(role: string, jwk: Jwk): Promise<string> {
  return `${role}_${(await thumbprint(jwk)).slice(0, 22)}`
}
