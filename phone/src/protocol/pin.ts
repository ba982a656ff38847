// The five-digit code (docs/protocol.md §5): it becomes a key, the key signs, the signature travels sealed. The code never does.
import { p256 } from '@noble/curves/nist.js'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { b64u, concat, hex, join, sha256, utf8, type Bytes } from './bytes.ts'
import { pointOf, type Jwk } from './jose.ts'

export const PIN_KEY = 'zelf/pin-key/v1'
export const PIN_ENROL = 'zelf/pin-enrol/v1'
export const PIN_PROOF = 'zelf/pin-proof/v1'

/** A message sealed to the vault. */
export interface Sealed {
  kid: string
  enc: string
  ct: string
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const suite = () => new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)

/** k = (OS2IP(m("1") ‖ m("2")[0..16]) mod (n − 1)) + 1, as 32 bytes. `pepper` is a non-extractable HMAC-SHA-256 key. */
export async function derivePinKey(pepper: CryptoKey, dev: string, code: string): Promise<Bytes> {
  const part = async (i: string) => new Uint8Array(await crypto.subtle.sign('HMAC', pepper, join(PIN_KEY, dev, i, code)))
  const wide = concat(await part('1'), (await part('2')).subarray(0, 16))
  let number = 0n
  for (const byte of wide) number = (number << 8n) | BigInt(byte)
  number = (number % (ORDER - 1n)) + 1n
  const scalar = new Uint8Array(32)
  for (let at = 31; at >= 0; at--) {
    scalar[at] = Number(number & 255n)
    number >>= 8n
  }
  wide.fill(0)
  return scalar
}

/** The 65-byte public point of a PIN key. */
export const pinPoint = (scalar: Uint8Array): Bytes => new Uint8Array(p256.getPublicKey(scalar, false))

const pinSign = (scalar: Uint8Array, message: Bytes): Bytes => new Uint8Array(p256.sign(message, scalar, { prehash: true, lowS: false }))

/** Does a raw 64-byte signature of a PIN key verify? (The vault asks this; here for the vectors.) */
export function pinVerifies(point: Uint8Array, message: Bytes, signature: Uint8Array): boolean {
  return p256.verify(signature, message, point, { prehash: true, lowS: false })
}

export const enrolMessage = (dev: string, act: string, point: Uint8Array): Bytes => join(PIN_ENROL, dev, act, point)
export const enrolAad = (dev: string, act: string): Bytes => concat(utf8(dev), new Uint8Array(1), utf8(act))
export const proofMessage = (digest: Uint8Array): Bytes => join(PIN_PROOF, digest)

/** What `activation/finish` and `act/code` carry: the public point and proof that its key is held; `act` is the activation or the change. */
export async function sealEnrolment(pepper: CryptoKey, vault: { kid: string; jwk: Jwk }, dev: string, act: string, code: string): Promise<Sealed> {
  return (await sealMarked(pepper, vault, dev, act, code)).sealed
}

/** As above, with the mark by which a person recognises the new code's key in M1: 8 hex digits of its point's SHA-256 (docs/life.md §4). */
export async function sealMarked(pepper: CryptoKey, vault: { kid: string; jwk: Jwk }, dev: string, act: string, code: string): Promise<{ sealed: Sealed; mark: string }> {
  const scalar = await derivePinKey(pepper, dev, code)
  const point = pinPoint(scalar)
  const signature = pinSign(scalar, enrolMessage(dev, act, point))
  scalar.fill(0)
  const sealed = await seal(vault, PIN_ENROL, enrolAad(dev, act), concat(point, signature))
  return { sealed, mark: hex(await sha256(point)).slice(0, 8) }
}

/** What `answer` carries beside M2: proof that the code was typed for exactly this `header.payload`. */
export async function sealProof(pepper: CryptoKey, vault: { kid: string; jwk: Jwk }, dev: string, signingInput: string, code: string): Promise<Sealed> {
  const digest = await sha256(utf8(signingInput))
  const scalar = await derivePinKey(pepper, dev, code)
  const signature = pinSign(scalar, proofMessage(digest))
  scalar.fill(0)
  return seal(vault, PIN_PROOF, digest, signature)
}

/** HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
async function seal(to: { kid: string; jwk: Jwk }, info: string, aad: Bytes, plaintext: Bytes): Promise<Sealed> {
  const hpke = suite()
  const key = await hpke.DeserializePublicKey(pointOf(to.jwk))
  const sealed = await hpke.Seal(key, plaintext, { info: utf8(info), aad })
  return { kid: to.kid, enc: b64u(sealed.encapsulatedSecret), ct: b64u(sealed.ciphertext) }
}
