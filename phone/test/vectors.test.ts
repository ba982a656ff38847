// Both suites check the same rows: vectors/protocol.json (written here) and vectors/protocol-rust.json (written by Rust).
import { existsSync, readFileSync } from 'node:fs'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { describe, expect, it } from 'vitest'
import { fromUtf8, h, hex, sha256, unb64u, unhex, utf8, type Bytes } from '../src/protocol/bytes.ts'
import { keyId, parseJws, thumbprint, verifyJws, type Jwk } from '../src/protocol/jose.ts'
import { readKeys } from '../src/protocol/keys.ts'
import { linesOf, readCertificate, readReceipt, readRequest, refusable, requestFrom, shownOf } from '../src/protocol/messages.ts'
import { bioChallenge, enrolChallenge } from '../src/protocol/bio.ts'
import { derivePinKey, enrolAad, enrolMessage, PIN_ENROL, PIN_PROOF, pinPoint, pinVerifies, proofMessage, type Sealed } from '../src/protocol/pin.ts'
import { sixWords } from '../src/protocol/words.ts'

const folder = new URL('../../vectors/', import.meta.url)
const files = ['protocol.json', 'protocol-rust.json'].filter((name) => existsSync(new URL(name, folder)))

async function open(row: { vs_private: { d: string }; sealed: Sealed }, info: string, aad: Bytes): Promise<Bytes> {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
  const key = await suite.DeserializePrivateKey(unb64u(row.vs_private.d), true)
  return new Uint8Array(await suite.Open(key, unb64u(row.sealed.enc), unb64u(row.sealed.ct), { info: utf8(info), aad }))
}

describe.each(files)('%s', (name) => {
  const file: Record<string, any[]> = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  const rows = (kind: string) => file[kind] ?? []

  it('has rows of every kind', () => {
    for (const kind of ['thumbprint', 'pin_key', 'shown', 'command', 'pin_proof', 'pin_enrol', 'pin_change', 'bio', 'words', 'receipts']) expect(rows(kind).length, kind).toBeGreaterThan(0)
  })

  it('names keys by their thumbprint', async () => {
    for (const row of rows('thumbprint')) {
      expect(await thumbprint(row.jwk)).toBe(row.thumbprint)
      expect(await keyId('dev', row.jwk)).toBe(row.dev)
    }
  })

  it('makes the same key from the same code', async () => {
    for (const row of rows('pin_key')) {
      const pepper = await crypto.subtle.importKey('raw', unhex(row.pepper_hex), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      const scalar = await derivePinKey(pepper, row.dev, row.code)
      expect(hex(scalar)).toBe(row.k_hex)
      expect(hex(pinPoint(scalar))).toBe(row.point_hex)
    }
  })

  it('hashes what was drawn', async () => {
    for (const row of rows('shown')) {
      const request = requestFrom(row.m1)
      if (row.lines) expect(linesOf(request)).toEqual(row.lines)
      expect(await shownOf(request)).toBe(row.shown)
    }
    expect(new Set(rows('shown').map((row) => row.m1.kind))).toEqual(new Set(['login', 'share', 'payment', 'text']))
  })

  it('reads the commands', async () => {
    for (const row of rows('command')) {
      const { kty, crv, x, y } = row.jwk_private
      const payload = await verifyJws(row.jws, row.header.typ, { kid: row.header.kid, jwk: { kty, crv, x, y } as Jwk })
      expect(payload).toEqual(row.payload)
      expect(parseJws(row.jws).header).toEqual(row.header)
    }
  })

  it('opens the sealed proofs', async () => {
    for (const row of rows('pin_proof')) {
      const digest = await sha256(utf8(parseJws(row.m2).input))
      const signature = await open(row, PIN_PROOF, digest)
      expect(pinVerifies(unhex(row.point_hex), proofMessage(digest), signature)).toBe(true)
      const moved = await sha256(utf8('another answer'))
      await expect(open(row, PIN_PROOF, moved)).rejects.toThrow()
    }
  })

  it('opens the sealed enrolments', async () => {
    for (const row of rows('pin_enrol')) {
      const plain = await open(row, PIN_ENROL, enrolAad(row.dev, row.act))
      const point = plain.subarray(0, 65)
      expect(hex(point)).toBe(row.point_hex)
      expect(plain.length).toBe(129)
      expect(pinVerifies(point, enrolMessage(row.dev, row.act, point), plain.subarray(65))).toBe(true)
    }
  })

  it('opens the sealed changes of a code, and knows their mark', async () => {
    for (const row of rows('pin_change')) {
      const plain = await open(row, PIN_ENROL, enrolAad(row.dev, row.change))
      const point = plain.subarray(0, 65)
      expect(hex(point)).toBe(row.point_hex)
      expect(pinVerifies(point, enrolMessage(row.dev, row.change, point), plain.subarray(65))).toBe(true)
      expect(hex(await sha256(point)).slice(0, 8)).toBe(row.mark)
      await expect(open(row, PIN_ENROL, enrolAad(row.dev, 'chg_AAAAAAAAAAAAAAAAAAAAAA'))).rejects.toThrow()
    }
  })

  it('asks the authenticator for exactly this answer', async () => {
    for (const row of rows('bio')) {
      expect(hex(await bioChallenge(parseJws(row.m2).input))).toBe(row.challenge_hex)
      expect(hex(await enrolChallenge(row.dev))).toBe(row.enrol_challenge_hex)
    }
  })

  it('says the same six words', async () => {
    for (const row of rows('words')) expect(await sixWords(row.text)).toEqual(row.words)
  })

  it('follows a whole approval from the root', async () => {
    for (const row of rows('receipts')) {
      const keys = await readKeys(row.keys, row.root)
      const request = await readRequest(row.m1, keys)
      const receipt = await readReceipt(row.m3, keys)
      const certificate = await readCertificate(row.m4, keys)
      const dev = await keyId('dev', row.device)
      const answer = (await verifyJws(row.m2, 'zelf-apr+jws', { kid: dev, jwk: row.device })) as Record<string, unknown>
      expect(certificate.dev).toBe(dev)
      expect(request.dev).toBe(dev)
      expect(answer.rq).toBe(await h(row.m1))
      expect(answer.shown).toBe(await shownOf(request))
      expect(answer.without).toEqual(row.without)
      expect(refusable(request)).toEqual(expect.arrayContaining(row.without ?? []))
      expect(receipt).toMatchObject({ rid: request.rid, rq: await h(row.m1), apr: await h(row.m2), dc: await h(row.m4), seq: request.seq })
    }
  })

  it('refuses what must be refused', async () => {
    for (const row of rows('refused')) await expect(verifyJws(row.jws, row.typ, { kid: row.kid, jwk: row.jwk }), row.why).rejects.toThrow()
  })
})

describe('what a receipt, request or key of the wrong role looks like', () => {
  const row = JSON.parse(readFileSync(new URL('protocol.json', folder), 'utf8')).receipts[0]

  it('is refused: a receipt never passes for a request, nor under another root', async () => {
    const keys = await readKeys(row.keys, row.root)
    await expect(readRequest(row.m3, keys)).rejects.toThrow()
    await expect(readReceipt(row.m1, keys)).rejects.toThrow()
    await expect(readKeys(row.keys, row.device)).rejects.toThrow()
  })

  it('is refused: an unknown member, a missing one, a line that cannot be drawn', () => {
    const m1 = JSON.parse(fromUtf8(unb64u(row.m1.split('.')[1])))
    expect(() => requestFrom({ ...m1, more: 1 })).toThrow('unknown member')
    expect(() => requestFrom({ ...m1, seq: '1' })).toThrow('seq')
    expect(() => requestFrom({ ...m1, title: 'Inloggen\nweg' })).toThrow('drawn')
    expect(() => requestFrom({ ...m1, rp: { ...m1.rp, name: 'Gemeente \u202elivE' } })).toThrow('drawn')
    const { chal: _, ...less } = m1
    expect(() => requestFrom(less)).toThrow('chal')
  })
})
