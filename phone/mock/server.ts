// A small server with the same contract (docs/protocol.md §§2–5), in memory, for unit tests and for working on screens.
// It really checks signatures, chains and seals; it knows nothing of databases, banks or SMS. Never part of the app.
//
// How the bank ends depends on the bank: `fintro` too_young, `cbc` bank_data_outdated, `hello` bank_refused, `ing` other browser.
// The SMS code is always 30899, the six digits 246810, the number on the other screen 47.
import { p256 } from '@noble/curves/nist.js'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256, type CryptoKey as HpkeKey, type KeyPair } from 'hpke'
import type { Bank, Settings, View } from '../src/contract.ts'
import { b64u, h, sha256, unb64u, utf8 } from '../src/protocol/bytes.ts'
import { randomId } from '../src/protocol/command.ts'
import { jwkFrom, keyId, parseJws, pointOf, sign, verifyJws, type Jwk } from '../src/protocol/jose.ts'
import { shaped, type Json } from '../src/protocol/json.ts'
import { requestFrom, resultOf, shownOf, type Answer } from '../src/protocol/messages.ts'
import { enrolAad, enrolMessage, PIN_ENROL, PIN_PROOF, pinVerifies, proofMessage, type Sealed } from '../src/protocol/pin.ts'

export interface MockAnswer {
  status: number
  json?: Record<string, unknown>
  /** Where to send a browser. */
  location?: string
  html?: string
}

interface Key {
  kid: string
  jwk: Jwk
  key: CryptoKey
}

interface Login {
  rid: string
  m1: string
  /** Every signing of it: like the real server, each look gets a fresh one. */
  signed: Set<string>
  payload: Record<string, unknown>
  chal: string
  exp: number
}

interface Phone {
  dev: string
  jwk: Jwk
  view: View
  proof: string
  outcome: string
  smsLeft: number
  returnLeft: number
  resendAt: number
  point: Uint8Array | null
  m4: string
  settings: Settings
  seq: number
  head: string
  lastReceipt: string | null
  tries: number
  notBefore: number
  login: Login | null
}

interface Body {
  country: string
  number: string
  email: string | null
  bank: string
  code: string
  proof?: string
  typed?: string
  sealed: Sealed
  wait: number
}

class No extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(code)
  }
}

const BANKS: Bank[] = [
  ['belfius', 'Belfius', true], ['bnp', 'BNP Paribas Fortis', false], ['cbc', 'CBC', false], ['fintro', 'Fintro', false],
  ['hello', 'Hello Bank!', false], ['ing', 'ING', false], ['kbc', 'KBC', true], ['kbc-brussels', 'KBC Brussels', true],
].map(([id, name, needs_app]) => ({ id, name, needs_app }) as Bank)

const LATER = 15 * 60

export class Mock {
  readonly phones = new Map<string, Phone>()
  readonly #nonces = new Set<string>()
  readonly #answers = new Map<string, MockAnswer>()
  readonly #keys: Record<'root' | 'rq' | 'rc' | 'dc', Key>
  readonly #vault: { kid: string; jwk: Jwk; pair: KeyPair<HpkeKey> }
  readonly #waits = new Map<string, number>()
  /** Moves the clock, in seconds. */
  ahead = 0
  /** Hands out M1 as it stands, for tests that damage it. */
  frozen = false
  /** Counts verified code proofs. */
  checks = 0

  private constructor(
    readonly origin: string,
    keys: Record<'root' | 'rq' | 'rc' | 'dc', Key>,
    vault: { kid: string; jwk: Jwk; pair: KeyPair<HpkeKey> },
  ) {
    this.#keys = keys
    this.#vault = vault
  }

  static async create(origin: string): Promise<Mock> {
    const make = async (role: string): Promise<Key> => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
      const jwk = await publicOf(pair.publicKey)
      return { kid: await keyId(role, jwk), jwk, key: pair.privateKey }
    }
    const [root, rq, rc, dc] = (await Promise.all(['root', 'rq', 'rc', 'dc'].map(make))) as [Key, Key, Key, Key]
    const pair = await suite().GenerateKeyPair(false)
    const point = await suite().SerializePublicKey(pair.publicKey)
    const jwk: Jwk = { kty: 'EC', crv: 'P-256', x: b64u(point.subarray(1, 33)), y: b64u(point.subarray(33)) }
    return new Mock(origin, { root, rq, rc, dc }, { kid: await keyId('vs', jwk), jwk, pair })
  }

  now(): number {
    return Math.floor(Date.now() / 1000) + this.ahead
  }

  nonce(): string {
    const nonce = randomId()
    this.#nonces.add(nonce)
    return nonce
  }

  /** One request in, one answer out. `url` is path and query. */
  async handle(method: string, url: string, body: string): Promise<MockAnswer> {
    try {
      return await this.#route(method, url, body)
    } catch (error) {
      if (error instanceof No) return { status: error.status, json: { error: error.code, id: 'T3ST', ...error.more } }
      return { status: 400, json: { error: 'malformed', id: 'T3ST', why: String(error) } }
    }
  }

  async #route(method: string, url: string, body: string): Promise<MockAnswer> {
    const { pathname, searchParams } = new URL(url, this.origin)
    if (pathname === '/.well-known/zelf') return ok(await this.#discovery())
    if (pathname === '/api/v1/nonce') return ok({ nonce: this.nonce(), now: this.now() })
    if (pathname === '/mock/bank') return this.#bank(searchParams.get('act') ?? '')
    if (pathname === '/mock/login') return ok(await this.startLogin())
    if (pathname === '/mock/ahead') return ok({ ahead: (this.ahead += Number(searchParams.get('s') ?? 0)) })
    if (pathname === '/api/v1/answer') return ok(await this.#answer(JSON.parse(body) as { m1: string; m2: string; pin?: Sealed }))
    if (method === 'POST' && pathname.startsWith('/api/v1/')) return this.#command(pathname, body)
    throw new No(404, 'malformed')
  }

  async #discovery(): Promise<Record<string, unknown>> {
    const { root, rq, rc, dc } = this.#keys
    const entries = [['rq', rq], ['rc', rc], ['dc', dc], ['vs', this.#vault]] as const
    const payload = { v: 1, iat: this.now(), keys: entries.map(([role, { kid, jwk }]) => ({ kid, role, jwk })) }
    const keys = await sign(root.key, 'zelf-keys+jws', root.kid, payload)
    return { issuer: this.origin, app: this.origin, name: 'zelf', keys, root: root.jwk, test_world: true, inbox: 'http://localhost:8405' }
  }

  async #command(path: string, jws: string): Promise<MockAnswer> {
    const { header, payload } = parseJws(jws)
    const cmd = shaped(payload, { v: 'integer', htm: 'string', htu: 'string', nonce: 'string', jti: 'string', body: 'object' })
    const name = path.slice('/api/v1/'.length)
    const jwk = this.phones.get(header.kid)?.jwk ?? (name === 'activation/start' ? jwkFrom((cmd.body as { jwk: Json }).jwk) : null)
    if (!jwk || header.kid !== (await keyId('dev', jwk))) throw new No(401, 'device_unknown')
    await verifyJws(jws, 'zelf-cmd+jws', { kid: header.kid, jwk }).catch(() => {
      throw new No(401, 'bad_signature')
    })
    if (cmd.v !== 1 || cmd.htm !== 'POST' || cmd.htu !== this.origin + path) throw new No(400, 'malformed')
    if (!this.#nonces.delete(cmd.nonce)) throw new No(401, 'use_nonce')
    const known = this.#answers.get(`${header.kid} ${cmd.jti}`)
    if (known) return known
    const answer = await this.#run(name, header.kid, jwk, cmd.body as unknown as Body).then(ok, (error: unknown) => {
      if (error instanceof No) return { status: error.status, json: { error: error.code, id: 'T3ST', ...error.more } }
      throw error
    })
    if (name !== 'pending') this.#answers.set(`${header.kid} ${cmd.jti}`, answer)
    return answer
  }

  async #run(name: string, dev: string, jwk: Jwk, body: Body): Promise<Record<string, unknown>> {
    if (name === 'activation/start') return this.#start(dev, jwk)
    const phone = this.phones.get(dev)
    if (!phone) throw new No(401, 'device_unknown')
    switch (name) {
      case 'activation/get':
        return this.#view(phone)
      case 'activation/number':
        return this.#number(phone, body)
      case 'activation/email':
        this.#at(phone, 'email', 'bank')
        return this.#step(phone, 'bank', { email: body.email })
      case 'activation/bank':
        return this.#chooseBank(phone, body.bank)
      case 'activation/return':
        return this.#return(phone, body)
      case 'activation/sms':
        return this.#sms(phone, body.code)
      case 'activation/resend':
        if (this.now() < phone.resendAt) throw new No(429, 'wait', { until: phone.resendAt, now: this.now(), reason: 'resend' })
        return this.#sendSms(phone)
      case 'activation/finish':
        return this.#finish(phone, body.sealed)
      case 'activation/cancel':
        this.phones.delete(dev)
        return {}
      case 'home':
        return this.#home(phone)
      case 'settings':
        phone.settings = { ...phone.settings, ...(body as unknown as Settings) }
        return { settings: phone.settings }
      case 'pending':
        return this.#pending(phone, Number(body.wait))
      default:
        throw new No(400, 'malformed')
    }
  }

  #start(dev: string, jwk: Jwk): Record<string, unknown> {
    const known = this.phones.get(dev)
    if (known && known.view.step !== 'refused' && known.view.step !== 'expired') return this.#view(known)
    const now = this.now()
    const view: View = { activation: `act_${randomId()}`, step: 'number', now, expires: now + 3600, number: null, email: null, bank: null }
    const phone: Phone = {
      dev, jwk, view, proof: '', outcome: '', smsLeft: 3, returnLeft: 5, resendAt: 0, point: null, m4: '', seq: 0, head: '', lastReceipt: null,
      settings: { biometrics: false, notifications: false, sharing: false }, tries: 0, notBefore: 0, login: null,
    }
    this.phones.set(dev, phone)
    return this.#view(phone)
  }

  #at(phone: Phone, ...steps: View['step'][]): void {
    if (!steps.includes(phone.view.step)) throw new No(409, 'wrong_step', { view: this.#view(phone) })
  }

  #step(phone: Phone, step: View['step'], more: Partial<View> = {}): Record<string, unknown> {
    const { activation, expires, number, email, bank } = phone.view
    phone.view = { activation, expires, number, email, bank, now: this.now(), step, ...more }
    return this.#view(phone)
  }

  #view(phone: Phone): Record<string, unknown> {
    return { ...phone.view, now: this.now(), ...(phone.view.step === 'bank' ? { banks: BANKS } : {}) }
  }

  #number(phone: Phone, { country, number }: Body): Record<string, unknown> {
    this.#at(phone, 'number', 'email', 'bank')
    const digits = number.replace(/\D/g, '').replace(/^32/, '').replace(/^0/, '')
    if (country === 'BE' && digits.length === 8) throw new No(422, 'number_not_mobile', { kind: 'landline' })
    if (country === 'BE' && digits.startsWith('90')) throw new No(422, 'number_not_mobile', { kind: 'premium' })
    if (digits.length < 8 || digits.length > 12) throw new No(422, 'number_invalid')
    const until = this.#waits.get(digits) ?? 0
    if (until > this.now()) throw new No(429, 'wait', { until, now: this.now(), reason: 'failed_attempt' })
    const shown = country === 'BE' ? `+32 ${digits.replace(/(\d{3})(\d\d)(\d\d)(\d\d)/, '$1 $2 $3 $4')}` : `+${digits}`
    return this.#step(phone, phone.view.step === 'bank' ? 'bank' : 'email', { number: shown })
  }

  #chooseBank(phone: Phone, bank: string): Record<string, unknown> {
    this.#at(phone, 'bank', 'handover')
    if (!BANKS.some((one) => one.id === bank)) throw new No(422, 'bank_unknown')
    phone.proof = randomId()
    const handover = { url: `${this.origin}/mock/bank?act=${phone.view.activation}`, expires: this.now() + 600, returned: false }
    return this.#step(phone, 'handover', { bank, handover })
  }

  /** The bank at once comes back, in the way its name promises. */
  #bank(act: string): MockAnswer {
    const phone = [...this.phones.values()].find((one) => one.view.activation === act)
    if (!phone?.view.handover) throw new No(404, 'malformed')
    phone.view.handover.returned = true
    phone.outcome = { fintro: 'too_young', cbc: 'bank_data_outdated', hello: 'bank_refused' }[phone.view.bank ?? ''] ?? ''
    if (phone.view.bank === 'ing') return { status: 200, html: '<strong id="return-code">246810</strong>' }
    return { status: 303, location: `/#return=${phone.proof}` }
  }

  #return(phone: Phone, { proof, typed }: Body): Record<string, unknown> {
    this.#at(phone, 'handover')
    if (proof !== phone.proof && typed !== '246810') {
      phone.returnLeft -= 1
      if (phone.returnLeft === 0) return this.#refuse(phone, 'return_exhausted')
      throw new No(422, 'return_wrong', { left: phone.returnLeft })
    }
    return phone.outcome ? this.#refuse(phone, phone.outcome) : this.#sendSms(phone)
  }

  #refuse(phone: Phone, code: string): Record<string, unknown> {
    const until = this.now() + 20 * 60
    this.#waits.set((phone.view.number ?? '').replace(/\D/g, '').replace(/^32/, ''), until)
    return this.#step(phone, 'refused', { refusal: { code: code as 'wait', until } })
  }

  #sendSms(phone: Phone): Record<string, unknown> {
    phone.resendAt = this.now() + 60
    return this.#step(phone, 'sms', { sms: { left: phone.smsLeft, expires: this.now() + 300, resend_at: phone.resendAt } })
  }

  #sms(phone: Phone, code: string): Record<string, unknown> {
    this.#at(phone, 'sms')
    if (code !== '30899') {
      phone.smsLeft -= 1
      if (phone.smsLeft === 0) return this.#refuse(phone, 'sms_exhausted')
      if (phone.view.sms) phone.view.sms.left = phone.smsLeft
      throw new No(422, 'sms_wrong', { left: phone.smsLeft })
    }
    return this.#step(phone, 'code', { birthdate: '1955-03-12', account_known: false })
  }

  async #finish(phone: Phone, sealed: Sealed): Promise<Record<string, unknown>> {
    this.#at(phone, 'code')
    const plain = await this.#open(sealed, PIN_ENROL, enrolAad(phone.dev, phone.view.activation))
    const point = plain.slice(0, 65)
    if (plain.length !== 129 || !pinVerifies(point, enrolMessage(phone.dev, phone.view.activation, point), plain.slice(65))) throw new No(422, 'code_rejected')
    phone.point = point
    const now = this.now()
    phone.m4 = await sign(this.#keys.dc.key, 'zelf-dev+jws', this.#keys.dc.kid, {
      v: 1, dev: phone.dev, acctc: b64u(new Uint8Array(32)), jwk: phone.jwk, att: 'none', cap: 'substantial',
      proof: { method: 'bank', evidence_sha256: b64u(new Uint8Array(32)), ts: now }, nbf: now, exp: now + 157_680_000,
    })
    return this.#step(phone, 'active', { first_name: 'An', certificate: phone.m4, seq: 0, head: '' })
  }

  async #open(sealed: Sealed, info: string, aad: Uint8Array): Promise<Uint8Array> {
    if (sealed.kid !== this.#vault.kid) throw new No(422, 'code_rejected')
    return suite().Open(this.#vault.pair, unb64u(sealed.enc), unb64u(sealed.ct), { info: utf8(info), aad })
  }

  #device(phone: Phone) {
    return { state: phone.tries >= 5 ? 'locked' : 'active', left: 5 - phone.tries, not_before: phone.notBefore }
  }

  #home(phone: Phone): Record<string, unknown> {
    const { number, email } = phone.view
    return { first_name: 'An', number, email, settings: phone.settings, device: this.#device(phone), head: phone.head, seq: phone.seq, last_receipt: phone.lastReceipt, now: this.now() }
  }

  async #pending(phone: Phone, wait: number): Promise<Record<string, unknown>> {
    const live = () => (phone.login && phone.login.exp > this.now() ? [phone.login.m1] : [])
    for (let waited = 0; waited < wait * 1000 && live().length === 0; waited += 200) await new Promise((resolve) => setTimeout(resolve, 200))
    if (phone.login && !this.frozen) await this.#signAgain(phone.login)
    return { requests: live(), device: this.#device(phone), head: phone.head, seq: phone.seq, now: this.now() }
  }

  /** Somebody logs in at the municipality. */
  async startLogin(more: Record<string, unknown> = {}): Promise<{ rid: string; match: string }> {
    const phone = [...this.phones.values()].filter((one) => one.view.step === 'active').at(-1)
    if (!phone) throw new No(404, 'malformed')
    const rid = `apr_${randomId()}`
    await this.#request(phone, rid, this.now() + 180, more)
    return { rid, match: '47' }
  }

  async #request(phone: Phone, rid: string, exp: number, more: Record<string, unknown> = {}): Promise<void> {
    const chal = b64u(crypto.getRandomValues(new Uint8Array(32)))
    const payload = {
      v: 1, rid, kind: 'login', dev: phone.dev, lang: 'nl', title: 'Inloggen', rp: { id: 'gemeente', name: 'Gemeente Voorbeeld', domain: 'gemeente-voorbeeld.be' },
      from: '22-11-2026 14:05 · deze computer · Chrome op Linux',
      fields: [{ l: 'Voornaam', v: 'An' }, { l: 'Naam', v: 'Peeters' }, { l: 'Geboortedatum', v: '12 maart 1955' }, { l: 'Adres', v: 'Kerkstraat 12, 1000 Brussel' }],
      claims: ['given_name', 'family_name', 'birthdate', 'address'], uv: 'pin', match: true, head: phone.head, seq: phone.seq + 1, chal, iat: this.now(), exp, ...more,
    }
    phone.login = { rid, m1: '', signed: new Set(), payload, chal, exp }
    await this.#signAgain(phone.login)
  }

  async #signAgain(login: Login): Promise<void> {
    login.m1 = await sign(this.#keys.rq.key, 'zelf-req+jws', this.#keys.rq.kid, { ...login.payload, iat: this.now() })
    login.signed.add(login.m1)
  }

  async #answer({ m1, m2, pin }: { m1: string; m2: string; pin?: Sealed }): Promise<Record<string, unknown>> {
    const key = `answer ${await h(m2)}`
    const known = this.#answers.get(key)
    if (known?.status === 200) return known.json ?? {}
    const phone = this.phones.get(parseJws(m2).header.kid)
    if (!phone) throw new No(401, 'device_unknown')
    const answer = (await verifyJws(m2, 'zelf-apr+jws', { kid: phone.dev, jwk: phone.jwk })) as unknown as Answer
    const login = phone.login
    if (!login?.signed.has(m1) || login.chal !== answer.chal) throw new No(410, 'request_gone')
    if (login.exp <= this.now()) throw new No(410, 'expired')
    if (answer.prev !== phone.head || answer.seq !== phone.seq + 1) throw new No(409, 'out_of_step', { head: phone.head, seq: phone.seq })
    const request = requestFrom(parseJws(m1).payload)
    if (answer.rq !== (await h(m1)) || answer.shown !== (await shownOf(request))) throw new No(400, 'malformed')
    phone.seq += 1
    if (answer.dec === 'approve') await this.#checkCode(phone, login, answer, m2, pin)
    const m3 = await sign(this.#keys.rc.key, 'zelf-rcp+jws', this.#keys.rc.kid, {
      v: 1, rid: answer.rid, rq: answer.rq, apr: await h(m2), dec: answer.dec, res: resultOf(answer.dec), uv: { m: answer.uv, gen: 1 },
      dc: await h(phone.m4), seq: answer.seq, prev: phone.head, ts: this.now(),
    })
    phone.head = await h(m3)
    phone.lastReceipt = m3
    phone.login = null
    this.#answers.set(key, ok({ m3 }))
    return { m3 }
  }

  async #checkCode(phone: Phone, login: Login, answer: Answer, m2: string, pin?: Sealed): Promise<void> {
    if (this.now() < phone.notBefore || phone.tries >= 5) throw new No(422, 'not_accepted', { left: 5 - phone.tries, wait: Math.max(0, phone.notBefore - this.now()), locked: phone.tries >= 5 })
    phone.tries += 1
    this.checks += 1
    const digest = await sha256(utf8(parseJws(m2).input))
    const good = pin && phone.point && pinVerifies(phone.point, proofMessage(digest), await this.#open(pin, PIN_PROOF, digest))
    if (good && answer.match === '47') {
      phone.tries = 0
      phone.notBefore = 0
      return
    }
    const wait = phone.tries === 3 ? 60 : phone.tries === 4 ? LATER : 0
    phone.notBefore = wait ? this.now() + wait : 0
    await this.#request(phone, login.rid, login.exp)
    throw new No(422, 'not_accepted', { left: 5 - phone.tries, wait, locked: phone.tries >= 5 })
  }
}

const ok = (json: Record<string, unknown>): MockAnswer => ({ status: 200, json })
const suite = () => new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)

async function publicOf(key: CryptoKey): Promise<Jwk> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key)
  const jwk = jwkFrom({ kty, crv, x, y } as Json)
  p256.Point.fromBytes(pointOf(jwk)).assertValidity()
  return jwk
}
