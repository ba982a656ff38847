// Activation in the mock: the server's word on every step, with banks and a card reader that are only pretended.
import type { Bank, View } from '../src/contract.ts'
import { b64u } from '../src/protocol/bytes.ts'
import { randomId } from '../src/protocol/command.ts'
import type { Jwk } from '../src/protocol/jose.ts'
import { enrolAad, enrolMessage, PIN_ENROL, pinVerifies, type Sealed } from '../src/protocol/pin.ts'
import type { Approvals } from './approval.ts'
import type { Keys } from './keys.ts'
import { No, type Body, type Hall, type MockAnswer, type Phone, type Told } from './parts.ts'

const BANKS: Bank[] = [
  ['belfius', 'Belfius', true], ['bnp', 'BNP Paribas Fortis', false], ['cbc', 'CBC', false], ['fintro', 'Fintro', false],
  ['hello', 'Hello Bank!', false], ['ing', 'ING', false], ['kbc', 'KBC', true], ['kbc-brussels', 'KBC Brussels', true],
].map(([id, name, needs_app]) => ({ id, name, needs_app }) as Bank)

const BEFORE_BANK = new Set(['email', 'bank', 'handover'])
const SMS = '30899'
const TOKEN = 'aB3dE4'
const EXPIRED_TOKEN = 'aaaaaa'
const DAY = 24 * 3600

export class Activations {
  readonly #waits = new Map<string, number>()

  constructor(
    readonly hall: Hall,
    readonly keys: Keys,
    readonly approvals: Approvals,
  ) {}

  start(dev: string, jwk: Jwk): Told {
    const known = this.hall.phones.get(dev)
    if (known && known.view.step !== 'refused' && known.view.step !== 'expired') return this.view(known)
    const now = this.hall.now()
    const view: View = { activation: `act_${randomId()}`, step: 'number', now, expires: now + 3600, number: null, email: null, bank: null }
    const phone: Phone = {
      dev, jwk, view, proof: '', outcome: '', smsLeft: 3, returnLeft: 5, tokenLeft: 5, resendAt: 0, point: null, m4: '', seq: 0, head: '', lastReceipt: null,
      settings: { biometrics: false, notifications: false, sharing: false }, tries: 0, notBefore: 0, login: null, agreed: false, limited: null,
    }
    this.hall.phones.set(dev, phone)
    return this.view(phone)
  }

  async step(phone: Phone, name: string, body: Body): Promise<Told> {
    switch (name) {
      case 'get':
        return this.view(phone)
      case 'number':
        return this.#number(phone, body)
      case 'vouch':
        this.#at(phone, 'number')
        return this.#to(phone, 'vouch')
      case 'email':
        this.#at(phone, 'email', 'bank')
        return this.#to(phone, 'bank', { email: body.email })
      case 'bank':
        return this.#chooseBank(phone, body.bank)
      case 'return':
        return this.#return(phone, body)
      case 'eid':
        this.#at(phone, 'email', 'bank', 'handover')
        phone.view.method = 'eid'
        return this.#sendSms(phone)
      case 'sms':
        return this.#sms(phone, body)
      case 'token':
        this.#at(phone, 'token')
        return this.#token(phone, body.token ?? '')
      case 'resend':
        if (this.hall.now() < phone.resendAt) throw new No(429, 'wait', { until: phone.resendAt, now: this.hall.now(), reason: 'resend' })
        return this.#sendSms(phone)
      case 'finish':
        return this.#finish(phone, body.sealed)
      case 'cancel':
        this.hall.phones.delete(phone.dev)
        return {}
      default:
        throw new No(400, 'malformed')
    }
  }

  view(phone: Phone): Told {
    // Over, the contact is no part of the activation any more.
    const contact = phone.view.step === 'active' ? { number: null, email: null } : {}
    return { ...phone.view, ...contact, now: this.hall.now(), ...(BEFORE_BANK.has(phone.view.step) ? { banks: BANKS } : {}) }
  }

  #at(phone: Phone, ...steps: View['step'][]): void {
    if (!steps.includes(phone.view.step)) throw new No(409, 'wrong_step', { view: this.view(phone) })
  }

  #to(phone: Phone, step: View['step'], more: Partial<View> = {}): Told {
    const { activation, expires, number, email, bank, method } = phone.view
    phone.view = { activation, expires, number, email, bank, ...(method ? { method } : {}), now: this.hall.now(), step, ...more }
    return this.view(phone)
  }

  #number(phone: Phone, { country, number }: Body): Told {
    this.#at(phone, 'number', 'email', 'bank', 'handover', ...(phone.view.method === 'eid' ? (['sms'] as const) : []))
    const digits = number.replace(/\D/g, '').replace(/^32/, '').replace(/^0/, '')
    if (country === 'BE' && digits.length === 8) throw new No(422, 'number_not_mobile', { kind: 'landline' })
    if (country === 'BE' && digits.startsWith('90')) throw new No(422, 'number_not_mobile', { kind: 'premium' })
    if (digits.length < 8 || digits.length > 12) throw new No(422, 'number_invalid')
    const until = this.#waits.get(digits) ?? 0
    if (until > this.hall.now()) throw new No(429, 'wait', { until, now: this.hall.now(), reason: 'failed_attempt' })
    const shown = country === 'BE' ? `+32 ${digits.replace(/(\d{3})(\d\d)(\d\d)(\d\d)/, '$1 $2 $3 $4')}` : `+${digits}`
    if (phone.view.step === 'sms' && phone.view.number === shown) throw new No(409, 'wrong_step', { view: this.view(phone) })
    delete phone.view.method
    return this.#to(phone, phone.view.step === 'bank' ? 'bank' : 'email', { number: shown })
  }

  #chooseBank(phone: Phone, bank: string): Told {
    this.#at(phone, 'email', 'bank', 'handover')
    if (!BANKS.some((one) => one.id === bank)) throw new No(422, 'bank_unknown')
    phone.proof = randomId()
    const handover = { url: `${this.hall.origin}/mock/bank?act=${phone.view.activation}`, expires: this.hall.now() + 600, returned: false }
    return this.#to(phone, 'handover', { bank, handover })
  }

  /** The bank at once comes back, in the way its name promises. */
  bank(act: string): MockAnswer {
    const phone = [...this.hall.phones.values()].find((one) => one.view.activation === act)
    if (!phone?.view.handover) throw new No(404, 'malformed')
    phone.view.handover.returned = true
    phone.outcome = { fintro: 'too_young', cbc: 'bank_data_outdated', hello: 'bank_refused' }[phone.view.bank ?? ''] ?? ''
    if (phone.view.bank === 'ing') return { status: 200, html: '<link rel="icon" href="data:,"><strong id="return-code">246810</strong>' }
    return { status: 303, location: `/#return=${phone.proof}` }
  }

  #return(phone: Phone, { proof, typed }: Body): Told {
    this.#at(phone, 'handover')
    if (proof !== phone.proof && typed !== '246810') {
      phone.returnLeft -= 1
      if (phone.returnLeft === 0) return this.refuse(phone, 'return_exhausted')
      throw new No(422, 'return_wrong', { left: phone.returnLeft })
    }
    return phone.outcome ? this.refuse(phone, phone.outcome) : this.#sendSms(phone)
  }

  refuse(phone: Phone, code: string): Told {
    if (code === 'stopped') return this.#to(phone, 'refused', { refusal: { code } })
    const until = this.hall.now() + 20 * 60
    this.#waits.set((phone.view.number ?? '').replace(/\D/g, '').replace(/^32/, ''), until)
    return this.#to(phone, 'refused', { refusal: { code: code as 'wait', until } })
  }

  #sendSms(phone: Phone): Told {
    phone.resendAt = this.hall.now() + 60
    const known = phone.view.method !== 'eid' && this.#old(phone) !== undefined ? { account_known: true } : {}
    return this.#to(phone, 'sms', { ...known, sms: { left: phone.smsLeft, expires: this.hall.now() + 300, resend_at: phone.resendAt } })
  }

  async #sms(phone: Phone, { code, token }: Body): Promise<Told> {
    this.#at(phone, 'sms')
    if (code !== SMS) {
      phone.smsLeft -= 1
      if (phone.smsLeft === 0) return this.refuse(phone, 'sms_exhausted')
      if (phone.view.sms) phone.view.sms.left = phone.smsLeft
      throw new No(422, 'sms_wrong', { left: phone.smsLeft })
    }
    if (phone.view.method !== 'eid') return this.#choosing(phone)
    this.#to(phone, 'token', { token: { left: phone.tokenLeft } })
    return token === undefined ? this.view(phone) : this.#token(phone, token)
  }

  async #token(phone: Phone, token: string): Promise<Told> {
    if (token === TOKEN) return this.#choosing(phone)
    phone.tokenLeft -= 1
    if (phone.tokenLeft === 0) return this.refuse(phone, 'token_exhausted')
    if (phone.view.token) phone.view.token.left = phone.tokenLeft
    const why = token === EXPIRED_TOKEN ? 'token_expired' : token.toLowerCase() === TOKEN.toLowerCase() ? 'token_case' : 'token_wrong'
    throw new No(422, why, { left: phone.tokenLeft })
  }

  /** Number and person are proven; a phone that has the account already is asked. */
  async #choosing(phone: Phone): Promise<Told> {
    const old = this.#old(phone)
    if (old && this.hall.phones.has(old.dev)) await this.approvals.askOld(old, phone, (yes) => this.#answered(phone, yes))
    return this.#to(phone, 'code', { birthdate: '1955-03-12', account_known: old !== undefined })
  }

  #answered(phone: Phone, yes: boolean): void {
    if (yes) phone.agreed = true
    else this.refuse(phone, 'stopped')
  }

  #old(phone: Phone): Phone | undefined {
    return [...this.hall.phones.values(), ...this.hall.past].find((one) => one !== phone && one.view.step === 'active' && one.view.number === phone.view.number)
  }

  async #finish(phone: Phone, sealed: Sealed): Promise<Told> {
    this.#at(phone, 'code')
    const plain = await this.keys.open(sealed, PIN_ENROL, enrolAad(phone.dev, phone.view.activation))
    const point = plain.slice(0, 65)
    if (plain.length !== 129 || !pinVerifies(point, enrolMessage(phone.dev, phone.view.activation, point), plain.slice(65))) throw new No(422, 'code_rejected')
    phone.point = point
    const now = this.hall.now()
    phone.m4 = await this.keys.sign('dc', 'zelf-dev+jws', {
      v: 1, dev: phone.dev, acctc: b64u(new Uint8Array(32)), jwk: phone.jwk, att: 'none', cap: 'substantial',
      proof: { method: phone.view.method ?? 'bank', evidence_sha256: b64u(new Uint8Array(32)), ts: now }, nbf: now, exp: now + 157_680_000,
    })
    const old = this.#old(phone)
    if (old) this.hall.end(old, 'replaced')
    if (old && !phone.agreed) phone.limited = now + DAY
    phone.view.email ??= old?.view.email ?? null
    return this.#to(phone, 'active', { first_name: 'An', certificate: phone.m4, seq: 0, head: '' })
  }
}
