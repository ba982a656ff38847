// Bytes and their text forms: UTF-8, ASCII, base64url without padding (canonical only), SHA-256.

/** Bytes that WebCrypto accepts: never backed by shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>

/** A message from outside is not what the protocol says it must be. */
export class Malformed extends Error {
  override name = 'Malformed'
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes

/** UTF-8 back to text; refuses broken sequences. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Malformed('not UTF-8')
  }
}

/** base64url without padding (RFC 4648 §5). */
export function b64u(bytes: Uint8Array): string {
  let out = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let digit = 0; digit <= Math.min(left, 3); digit++) out += ALPHABET[(word >> (18 - 6 * digit)) & 63]!
  }
  return out
}

/** The inverse of `b64u`: refuses padding, other letters and spare bits that are not zero. */
export function unb64u(text: string): Bytes {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (const letter of text) {
    const value = VALUES.get(letter)
    if (value === undefined) throw new Malformed('not base64url')
    word = ((word << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[at++] = (word >> bits) & 255
    }
  }
  if (bits === 6 || (word & ((1 << bits) - 1)) !== 0) throw new Malformed('base64url is not canonical')
  return out
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function unhex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

/** One after the other. */
export function concat(...parts: Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** `label ␀ part ␀ part …`: the input of a MAC or a signature over several parts. */
export function join(label: string, ...parts: (string | Uint8Array)[]): Bytes {
  const zero = new Uint8Array(1)
  return concat(utf8(label), ...parts.flatMap((part) => [zero, typeof part === 'string' ? utf8(part) : part]))
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** `h(x)` of docs/protocol.md: base64url SHA-256 of the ASCII of a compact JWS. */
export async function h(text: string): Promise<string> {
  return b64u(await sha256(utf8(text)))
}
