// The three keys of this phone. All are made by WebCrypto as non-extractable: this code can use them and nobody can read them.
import { fromUtf8, utf8, type Bytes } from '../protocol/bytes.ts'
import { jwkFrom, keyId, type Jwk } from '../protocol/jose.ts'
import type { Json } from '../protocol/json.ts'

export interface Device {
  dev: string
  jwk: Jwk
  /** Device key: ECDSA P-256, signs every message. */
  key: CryptoKey
  /** HMAC-SHA-256: turns the code into a key (docs/protocol.md §5). */
  pepper: CryptoKey
  /** AES-256-GCM: what this phone remembers about the person is unreadable without it. */
  vault: CryptoKey
}

export interface Box {
  iv: Bytes
  ct: ArrayBuffer
}

export async function createDevice(): Promise<Device> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const pepper = await createPepper()
  const vault = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jwk = jwkFrom({ kty, crv, x, y } as Json)
  return { dev: await keyId('dev', jwk), jwk, key: pair.privateKey, pepper, vault }
}

/** A code is worth as much as its pepper is secret: a new code gets a new one. */
export const createPepper = (): Promise<CryptoKey> => crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])

/** Encrypts a JSON value for this phone only. */
export async function lockAway(device: Device, value: unknown): Promise<Box> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, ct: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, device.vault, utf8(JSON.stringify(value))) }
}

export async function takeOut<T>(device: Device, box: Box): Promise<T> {
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: box.iv }, device.vault, box.ct)
  return JSON.parse(fromUtf8(new Uint8Array(plain))) as T
}

/** Asks the browser not to clear our memory when space runs short. */
export async function askToPersist(): Promise<void> {
  try {
    await navigator.storage?.persist?.()
  } catch {
    // A browser that cannot promise still works; losing the memory means activating again.
  }
}
