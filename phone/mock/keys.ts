// The operator's keys of the mock: root, requests, receipts, certificates, and the one that codes are sealed to.
import { p256 } from '@noble/curves/nist.js'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256, type CryptoKey as HpkeKey, type KeyPair } from 'hpke'
import { b64u, unb64u, utf8 } from '../src/protocol/bytes.ts'
import { jwkFrom, keyId, pointOf, sign, type Jwk } from '../src/protocol/jose.ts'
import type { Json } from '../src/protocol/json.ts'
import type { Sealed } from '../src/protocol/pin.ts'
import { No, type Told } from './parts.ts'

interface Key {
  kid: string
  jwk: Jwk
  key: CryptoKey
}

type Signing = 'root' | 'rq' | 'rc' | 'dc'

export class Keys {
  readonly #own: Record<Signing, Key>
  readonly #vault: { kid: string; jwk: Jwk; pair: KeyPair<HpkeKey> }

  private constructor(own: Record<Signing, Key>, vault: { kid: string; jwk: Jwk; pair: KeyPair<HpkeKey> }) {
    this.#own = own
    this.#vault = vault
  }

  static async create(): Promise<Keys> {
    const make = async (role: string): Promise<Key> => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
      const jwk = await publicOf(pair.publicKey)
      return { kid: await keyId(role, jwk), jwk, key: pair.privateKey }
    }
    const [root, rq, rc, dc] = (await Promise.all(['root', 'rq', 'rc', 'dc'].map(make))) as [Key, Key, Key, Key]
    const pair = await suite().GenerateKeyPair(false)
    const point = await suite().SerializePublicKey(pair.publicKey)
    const jwk: Jwk = { kty: 'EC', crv: 'P-256', x: b64u(point.subarray(1, 33)), y: b64u(point.subarray(33)) }
    return new Keys({ root, rq, rc, dc }, { kid: await keyId('vs', jwk), jwk, pair })
  }

  sign(by: Signing, typ: string, payload: Record<string, unknown>): Promise<string> {
    const { key, kid } = this.#own[by]
    return sign(key, typ, kid, payload)
  }

  async discovery(origin: string, now: number): Promise<Told> {
    const { rq, rc, dc, root } = this.#own
    const entries = [['rq', rq], ['rc', rc], ['dc', dc], ['vs', this.#vault]] as const
    const payload = { v: 1, iat: now, keys: entries.map(([role, { kid, jwk }]) => ({ kid, role, jwk })) }
    const keys = await this.sign('root', 'zelf-keys+jws', payload)
    return { issuer: origin, app: origin, name: 'zelf', keys, root: root.jwk, test_world: true, inbox: 'http://localhost:8405' }
  }

  async open(sealed: Sealed, info: string, aad: Uint8Array): Promise<Uint8Array> {
    if (sealed.kid !== this.#vault.kid) throw new No(422, 'code_rejected')
    return suite().Open(this.#vault.pair, unb64u(sealed.enc), unb64u(sealed.ct), { info: utf8(info), aad })
  }
}

const suite = () => new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)

async function publicOf(key: CryptoKey): Promise<Jwk> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key)
  const jwk = jwkFrom({ kty, crv, x, y } as Json)
  p256.Point.fromBytes(pointOf(jwk)).assertValidity()
  return jwk
}
