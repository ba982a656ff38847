// Writes ../vectors/protocol.json. Keys and codes are made from labels, so derived values never change; signatures and
// seals contain fresh randomness and are recorded once: run this again only when the protocol changes.
import { writeFileSync } from 'node:fs'
import { p256 } from '@noble/curves/nist.js'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { b64u, h, hex, sha256, utf8, type Bytes } from '../src/protocol/bytes.ts'
import { signCommand } from '../src/protocol/command.ts'
import { keyId, sign, signingInput, es256, thumbprint, type Jwk } from '../src/protocol/jose.ts'
import { linesOf, requestFrom, shownOf } from '../src/protocol/messages.ts'
import type { Json } from '../src/protocol/json.ts'
import { bioChallenge, enrolChallenge } from '../src/protocol/bio.ts'
import { derivePinKey, pinPoint, sealEnrolment, sealMarked, sealProof } from '../src/protocol/pin.ts'
import { sixWords } from '../src/protocol/words.ts'

interface Pair {
  jwk: Jwk
  d: string
  key: CryptoKey
  kid: string
}

/** A key pair whose scalar is a hash of its label. */
async function pair(label: string, role: string): Promise<Pair> {
  const d = await sha256(utf8(`zelf vector ${label}`))
  const point = p256.getPublicKey(d, false)
  const jwk: Jwk = { kty: 'EC', crv: 'P-256', x: b64u(point.subarray(1, 33)), y: b64u(point.subarray(33)) }
  const key = await crypto.subtle.importKey('jwk', { ...jwk, d: b64u(d) }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  return { jwk, d: b64u(d), key, kid: await keyId(role, jwk) }
}

const hmacKey = (bytes: Bytes) => crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
const secret = (p: Pair) => ({ ...p.jwk, d: p.d })
const known = (p: Pair) => ({ kid: p.kid, jwk: p.jwk })
const NOW = 1_795_000_000

export default async function write(): Promise<void> {
  const [root, rq, rc, dc, vs, dk] = await Promise.all(['root', 'rq', 'rc', 'dc', 'vs', 'dev'].map((role) => pair(role, role))) as [Pair, Pair, Pair, Pair, Pair, Pair]
  const roles = [['rq', rq], ['rc', rc], ['dc', dc], ['vs', vs]] as const
  const keysPayload = { v: 1, iat: NOW, keys: roles.map(([role, p]) => ({ kid: p.kid, role, jwk: p.jwk })) }
  const keys = await sign(root.key, 'zelf-keys+jws', root.kid, keysPayload)

  const pinKeys = await Promise.all(['30899', '00000', '90210', '47138'].map(async (code, at) => {
    const pepper = await sha256(utf8(`zelf vector pepper ${at}`))
    const scalar = await derivePinKey(await hmacKey(pepper), dk.kid, code)
    return { pepper_hex: hex(pepper), dev: dk.kid, code, k_hex: hex(scalar), point_hex: hex(pinPoint(scalar)) }
  }))

  const certificatePayload = {
    v: 1, dev: dk.kid, acctc: b64u(await sha256(utf8('account'))), jwk: dk.jwk, att: 'none', cap: 'substantial',
    proof: { method: 'bank', evidence_sha256: b64u(await sha256(utf8('evidence'))), ts: NOW }, nbf: NOW, exp: NOW + 157_680_000,
  }
  const m4 = await sign(dc.key, 'zelf-dev+jws', dc.kid, certificatePayload)

  const requestPayload = {
    v: 1, rid: 'apr_AAECAwQFBgcICQoLDA0ODw', kind: 'login', dev: dk.kid, lang: 'nl', title: 'Inloggen',
    rp: { id: 'gemeente', name: 'Gemeente Voorbeeld', domain: 'localhost' }, from: '22-11-2026 14:05 · deze computer · Chrome op Linux',
    fields: [{ l: 'Voornaam', v: 'An' }, { l: 'Naam', v: 'Peeters – Çelik' }], claims: ['given_name', 'family_name'], uv: 'pin', match: true,
    head: '', seq: 1, chal: b64u(await sha256(utf8('challenge'))), iat: NOW, exp: NOW + 180,
  }
  const m1 = await sign(rq.key, 'zelf-req+jws', rq.kid, requestPayload)
  const bare = { ...requestPayload, rid: 'apr_EBESExQVFhcYGRobHB0eHw', lang: 'fr', title: 'Se connecter', fields: [], claims: [], match: false, seq: 2 }
  const claim = (l: string, v: string, c: string, more: { o?: true } = {}) => ({ l, v, c, ...more })
  const sharePayload = {
    ...requestPayload, rid: 'apr_ICEiIyQlJicoKSorLC0uLw', kind: 'share', title: 'Gegevens delen', purpose: 'Om uw “pakje” te leveren – en meer niet.', head: await h('an earlier receipt'), seq: 3,
    fields: [claim('Voornaam', 'An', 'given_name'), claim('E-mailadres', 'an@voorbeeld.be', 'email', { o: true }), claim('Adres', 'Kerkstraat 12, 1000 Brussel', 'address', { o: true })],
    claims: ['given_name', 'email', 'address'],
  }
  const payPayload = {
    ...requestPayload, rid: 'apr_MDEyMzQ1Njc4OTo7PD0-Pw', kind: 'payment', title: 'Betaling', claims: [], match: false, uv: 'pin_or_bio',
    fields: [{ l: 'Bedrag', v: '12,34 EUR' }, { l: 'Begunstigde', v: 'Bakkerij ’t Èclair' }, { l: 'Rekening', v: 'BE71 0961 2345 6769' }, { l: 'Mededeling', v: '+++090/9337/55493+++' }],
  }
  const textPayload = {
    ...requestPayload, rid: 'apr_QEFCQ0RFRkdISUpLTE1OTw', kind: 'text', lang: 'fr', title: 'Confirmer', fields: [], claims: [], match: false,
    text: 'Je <b>loue</b> le <i>n° 12</i><br>pour 100 € &lt;par mois&gt; &amp; <u>sans <b>frais</b></u>.',
  }
  const shownRows = await Promise.all([requestPayload, bare, sharePayload, payPayload, textPayload].map(async (payload) => {
    const request = requestFrom(payload as unknown as Json)
    return { m1: payload, lines: linesOf(request), shown: await shownOf(request) }
  }))

  const answerPayload = {
    v: 1, rid: requestPayload.rid, rq: await h(m1), shown: shownRows[0]!.shown, lang: 'nl', dec: 'approve', match: '47',
    chal: requestPayload.chal, seq: 1, prev: '', uv: 'pin', ts: NOW + 20, app: 'web 0.1.0',
  }
  const input = signingInput('zelf-apr+jws', dk.kid, answerPayload)
  const m2 = `${input}.${b64u(await es256(dk.key, utf8(input)))}`
  const receiptPayload = {
    v: 1, rid: requestPayload.rid, rq: await h(m1), apr: await h(m2), dec: 'approve', res: 'ok', uv: { m: 'pin', gen: 1 },
    dc: await h(m4), seq: 1, prev: '', ts: NOW + 21,
  }
  const m3 = await sign(rc.key, 'zelf-rcp+jws', rc.kid, receiptPayload)

  const m1Share = await sign(rq.key, 'zelf-req+jws', rq.kid, sharePayload)
  const m2Share = await sign(dk.key, 'zelf-apr+jws', dk.kid, {
    ...answerPayload, rid: sharePayload.rid, rq: await h(m1Share), shown: shownRows[2]!.shown, prev: sharePayload.head, seq: 3, without: ['address', 'email'],
  })
  const m3Share = await sign(rc.key, 'zelf-rcp+jws', rc.kid, { ...receiptPayload, rid: sharePayload.rid, rq: await h(m1Share), apr: await h(m2Share), seq: 3, prev: sharePayload.head })

  const act = 'act_ICEiIyQlJicoKSorLC0uLw'
  const code = pinKeys[0]!
  const pepper = await hmacKey(await sha256(utf8('zelf vector pepper 0')))
  const proof = await sealProof(pepper, known(vs), dk.kid, input, code.code)
  const enrolment = await sealEnrolment(pepper, known(vs), dk.kid, act, code.code)

  const change = 'chg_MDEyMzQ1Njc4OTo7PD0-Pw'
  const next = pinKeys[1]!
  const changed = await sealMarked(await hmacKey(await sha256(utf8('zelf vector pepper 1'))), known(vs), dk.kid, change, next.code)

  const touched = signingInput('zelf-apr+jws', dk.kid, { ...answerPayload, uv: 'bio' })
  const m2Bio = `${touched}.${b64u(await es256(dk.key, utf8(touched)))}`
  const vouch = `zelf:new:${act}:${dk.kid}`

  const command = { htu: 'http://localhost:8402/api/v1/pending', nonce: 'bm9uY2U', jti: 'AAECAwQFBgcICQoLDA0ODw', body: { lang: 'nl', wait: 25 } }
  const commandJws = await signCommand(dk.key, dk.kid, command)

  const raw = async (typ: string, kid: string, text: string, by = dk) => {
    const start = `${b64u(utf8(JSON.stringify({ alg: 'ES256', typ, kid })))}.${b64u(utf8(text))}`
    return `${start}.${b64u(await es256(by.key, utf8(start)))}`
  }
  const commandText = JSON.stringify({ v: 1, htm: 'POST', ...command })
  const good = await raw('zelf-cmd+jws', dk.kid, commandText)
  const [a, b, c] = good.split('.') as [string, string, string]
  const row = (why: string, jws: string, typ = 'zelf-cmd+jws') => ({ why, typ, kid: dk.kid, jwk: dk.jwk, jws })
  const refused = [
    row('another typ', good, 'zelf-apr+jws'),
    row('alg none', `${b64u(utf8(JSON.stringify({ alg: 'none', typ: 'zelf-cmd+jws', kid: dk.kid })))}.${b}.`),
    row('alg HS256', `${b64u(utf8(JSON.stringify({ alg: 'HS256', typ: 'zelf-cmd+jws', kid: dk.kid })))}.${b}.${c}`),
    row('signed by another key', await raw('zelf-cmd+jws', dk.kid, commandText, rq)),
    row('another kid', await raw('zelf-cmd+jws', rq.kid, commandText)),
    row('signature of 63 bytes', `${a}.${b}.${b64u(new Uint8Array(63).fill(7))}`),
    row('signature of 65 bytes', `${a}.${b}.${b64u(new Uint8Array(65).fill(7))}`),
    row('signature of zeroes', `${a}.${b}.${b64u(new Uint8Array(64))}`),
    row('two parts', `${a}.${b}`),
    row('four parts', `${good}.${c}`),
    row('padding', `${a}.${b}.${c}=`),
    row('base64url with spare bits', `${a}.${b}.${c.slice(0, -1)}${c.endsWith('Q') ? 'R' : String.fromCharCode(c.charCodeAt(c.length - 1) + 1)}`),
    row('a space in front', ` ${good}`),
    row('a key in the header', await (async () => {
      const start = `${b64u(utf8(JSON.stringify({ alg: 'ES256', typ: 'zelf-cmd+jws', kid: dk.kid, jwk: dk.jwk })))}.${b}`
      return `${start}.${b64u(await es256(dk.key, utf8(start)))}`
    })()),
    row('the payload is not JSON', await raw('zelf-cmd+jws', dk.kid, '{"v":1')),
    row('a member stands twice', await raw('zelf-cmd+jws', dk.kid, commandText.replace('"v":1', '"v":1,"v":1'))),
    row('longer than 40 KiB', await raw('zelf-cmd+jws', dk.kid, commandText.replace('"nl"', `"${'n'.repeat(40_960)}"`))),
  ]

  const file = {
    about: 'docs/protocol.md in values. Written by phone/scripts/vectors.ts; the Rust side writes protocol-rust.json in the same shape. Every row is checked by both.',
    thumbprint: await Promise.all([root, rq, rc, dc, vs, dk].map(async (p) => ({ jwk: p.jwk, thumbprint: await thumbprint(p.jwk), dev: await keyId('dev', p.jwk) }))),
    pin_key: pinKeys,
    shown: shownRows,
    command: [{ jwk_private: secret(dk), header: { alg: 'ES256', typ: 'zelf-cmd+jws', kid: dk.kid }, payload: { v: 1, htm: 'POST', ...command }, jws: commandJws }],
    pin_proof: [{ vs_private: secret(vs), kid: vs.kid, m2, point_hex: code.point_hex, sealed: proof }],
    pin_enrol: [{ vs_private: secret(vs), kid: vs.kid, dev: dk.kid, act, point_hex: code.point_hex, sealed: enrolment }],
    pin_change: [{ vs_private: secret(vs), kid: vs.kid, dev: dk.kid, change, point_hex: next.point_hex, mark: changed.mark, sealed: changed.sealed }],
    bio: [{ m2: m2Bio, challenge_hex: hex(await bioChallenge(touched)), dev: dk.kid, enrol_challenge_hex: hex(await enrolChallenge(dk.kid)) }],
    words: await Promise.all([vouch, ''].map(async (text) => ({ text, words: await sixWords(text) }))),
    receipts: [
      { root: root.jwk, keys, m1, m2, m3, m4, device: dk.jwk },
      { root: root.jwk, keys, m1: m1Share, m2: m2Share, m3: m3Share, m4, device: dk.jwk, without: ['address', 'email'] },
    ],
    refused,
  }
  await selfCheck(file.pin_proof[0]!.sealed, vs)
  writeFileSync(new URL('../../vectors/protocol.json', import.meta.url), `${JSON.stringify(file, null, 1)}\n`)
  console.log('vectors/protocol.json written')
}

/** The seal opens with the private key as it is written in the file. */
async function selfCheck(sealed: { enc: string }, vs: Pair): Promise<void> {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
  await suite.DeserializePrivateKey(Uint8Array.from(Buffer.from(vs.d, 'base64url')), false)
  if (sealed.enc.length !== 87) throw new Error('enc is not 65 bytes')
}
