// The account's commands in the mock (docs/life.md §3): enough state that a change really changes something.
import { b64u, hex, sha256 } from '../src/protocol/bytes.ts'
import { randomId } from '../src/protocol/command.ts'
import { enrolAad, enrolMessage, PIN_ENROL, pinVerifies, type Sealed } from '../src/protocol/pin.ts'
import { sixWords } from '../src/protocol/words.ts'
import type { Approvals } from './approval.ts'
import type { Keys } from './keys.ts'
import { No, type Hall, type Phone, type Told } from './parts.ts'

interface Life {
  generation: number
  staged: Uint8Array | null
  biometric: string | null
  careful: number
  numberLost: boolean
  nextNumber: string
  muted: string[]
  withdrawn: number | null
}

const SMS = '30899'
const HOUR = 3600

export class Accounts {
  readonly #lives = new Map<string, Life>()

  constructor(
    readonly hall: Hall,
    readonly keys: Keys,
    readonly approvals: Approvals,
  ) {}

  life(phone: Phone): Life {
    const life = this.#lives.get(phone.dev) ?? { generation: 1, staged: null, biometric: null, careful: 0, numberLost: false, nextNumber: '', muted: [], withdrawn: null }
    this.#lives.set(phone.dev, life)
    return life
  }

  /** What `home` says besides. */
  home(phone: Phone): Told {
    const { generation, biometric, careful, numberLost } = this.life(phone)
    return {
      since: this.hall.now() - 40 * 24 * HOUR, generation, ...(biometric ? { biometric } : {}), ...(careful > this.hall.now() ? { careful } : {}), ...(numberLost ? { number_lost: true } : {}),
    }
  }

  /** The staged code counts from here on. */
  promote(phone: Phone): void {
    const life = this.life(phone)
    if (!life.staged) return
    phone.point = life.staged
    life.staged = null
    life.generation += 1
  }

  async run(phone: Phone, name: string, body: Record<string, unknown>): Promise<Told> {
    const life = this.life(phone)
    if (name.startsWith('act/')) return this.#act(phone, name.slice(4), body)
    if (name.startsWith('my/')) return this.#my(phone, name.slice(3))
    switch (name) {
      case 'block':
        this.hall.phones.delete(phone.dev)
        return {}
      case 'block-code':
        return { code: '7KQ2-M4XD-9RTB-H3FW' }
      case 'careful':
        life.careful = body.on ? this.hall.now() + 30 * 60 : 0
        return { until: life.careful }
      case 'mute':
        life.muted.push(String(body.rid))
        return { until: this.hall.now() + 24 * HOUR }
      case 'language':
        return {}
      default:
        throw new No(400, 'malformed')
    }
  }

  async #act(phone: Phone, name: string, body: Record<string, unknown>): Promise<Told> {
    if (phone.limited && phone.limited > this.hall.now()) throw new No(422, 'limited', { until: phone.limited })
    const life = this.life(phone)
    switch (name) {
      case 'number':
        life.nextNumber = `+32 ${String(body.number).replace(/\D/g, '').replace(/^0/, '').replace(/(\d{3})(\d\d)(\d\d)(\d\d)/, '$1 $2 $3 $4')}`
        return { number: life.nextNumber, sms: { left: 3, expires: this.hall.now() + 300, resend_at: this.hall.now() + 60 } }
      case 'number/code':
        if (life.nextNumber === '') throw new No(410, 'request_gone')
        if (body.code !== SMS) throw new No(422, 'sms_wrong', { left: 2 })
        return this.#ask(phone, 'Een nieuw telefoonnummer', 'Nummer', life.nextNumber, () => {
          phone.view.number = life.nextNumber
          life.numberLost = false
          phone.limited = this.hall.now() + 24 * HOUR
        })
      case 'email':
        return this.#ask(phone, 'Een ander e-mailadres', 'E-mailadres', String(body.email ?? 'geen'), () => (phone.view.email = body.email as string | null))
      case 'biometrics': {
        const id = (body.credential as { id: string } | undefined)?.id ?? null
        return this.#ask(phone, 'Vingerafdruk of gezicht', 'Op', 'Chrome op Linux', () => (life.biometric = body.on ? id : null))
      }
      case 'code':
        return this.#stage(phone, String(body.change), body.sealed as Sealed)
      case 'new-phone':
        return this.#vouch(phone, String(body.activation), String(body.device))
      case 'close':
        return this.#ask(phone, 'Uw account sluiten', 'Gevolg', 'Diensten kennen u niet meer.', () => this.hall.phones.delete(phone.dev))
      default:
        throw new No(400, 'malformed')
    }
  }

  async #stage(phone: Phone, change: string, sealed: Sealed): Promise<Told> {
    const plain = await this.keys.open(sealed, PIN_ENROL, enrolAad(phone.dev, change))
    const point = plain.slice(0, 65)
    if (plain.length !== 129 || !pinVerifies(point, enrolMessage(phone.dev, change, point), plain.slice(65))) throw new No(422, 'code_rejected')
    this.life(phone).staged = point
    const mark = hex(await sha256(Uint8Array.from(point))).slice(0, 8)
    return this.#ask(phone, 'Een nieuwe zelf-code', 'Kenmerk van de nieuwe code', mark, () => this.promote(phone))
  }

  async #vouch(phone: Phone, activation: string, device: string): Promise<Told> {
    const fresh = this.hall.phones.get(device)
    if (fresh?.view.activation !== activation) throw new No(409, 'wrong_step')
    const words = (await sixWords(`zelf:new:${activation}:${device}`)).join(' ')
    return this.#ask(phone, 'Uw account naar een nieuwe telefoon', 'Zes woorden', words, () => {
      fresh.agreed = true
      fresh.view = { ...fresh.view, step: 'code', number: phone.view.number, birthdate: '1955-03-12', account_known: true }
    })
  }

  async #ask(phone: Phone, title: string, l: string, v: string, then: () => void): Promise<Told> {
    const rid = `apr_${randomId()}`
    const rp = { id: 'zelf', name: 'zelf', domain: new URL(this.hall.origin).hostname }
    await this.approvals.ask(phone, rid, this.hall.now() + 300, { kind: 'admin', title, rp, from: 'deze telefoon', fields: [{ l, v }], claims: [], match: false }, (yes) => yes && then())
    return { rid }
  }

  #my(phone: Phone, name: string): Told {
    const now = this.hall.now()
    const day = 24 * HOUR
    const life = this.life(phone)
    const entry = (days: number, state: string, more: Told = {}) => ({
      rid: `apr_${String(days).padStart(22, 'A')}`, kind: 'login', partner: { id: 'gemeente', name: 'Gemeente Voorbeeld' }, title: 'Inloggen', at: now - days * day, decided: state === 'expired' ? null : now - days * day + 20,
      state, claims: ['given_name', 'family_name', 'birthdate'], place: 'Brussel', browser: 'Chrome op Linux', evidence: state !== 'expired', ...more,
    })
    switch (name) {
      case 'data': {
        const fact = (claim: string, value: string, source: string) => ({ claim, value, source, at: now - 40 * day })
        return {
          facts: [fact('given_name', 'An', 'bank'), fact('family_name', 'Peeters', 'bank'), fact('birthdate', '1955-03-12', 'bank'), fact('nationalities', 'BEL', 'bank'), fact('phone_number', phone.view.number ?? '', 'you')],
          proof: { method: 'bank', source: 'Belfius', document: '592-•••••••-12', at: now - 40 * day }, phone: { name: 'Chrome op Linux', since: now - 40 * day, id: phone.dev },
          account: { since: now - 400 * day, recovered_by: null, limited: phone.limited }, language: 'nl',
        }
      }
      case 'history':
        return { entries: [entry(1, 'approved'), entry(2, 'refused'), entry(3, 'expired'), entry(4, 'reported', { partner: { id: 'winkel', name: 'Webwinkel' }, claims: [] })], next: null }
      case 'events':
        return { events: [{ at: now - day, what: 'looked', detail: 'Vraag over een nieuw nummer' }, { at: now - 40 * day, what: 'activated', detail: 'Chrome op Linux' }] }
      case 'evidence':
        return { m1: 'a', m2: 'b', m3: 'c', m4: 'd', keys: 'e' }
      case 'partners':
        return { partners: [{ id: 'gemeente', name: 'Gemeente Voorbeeld', domain: 'gemeente-voorbeeld.be', claims: ['given_name', 'family_name', 'address'], first: now - 30 * day, last: now - day, times: 4, withdrawn: life.withdrawn }] }
      case 'partners/withdraw':
        life.withdrawn = now
        return {}
      case 'messages':
        return { messages: [{ at: now - day, kind: 'sms', what: 'code', to: 'number' }, { at: now - 40 * day, kind: 'mail', what: 'activated', to: 'email' }] }
      case 'export':
        return { given_name: 'An', b: b64u(new Uint8Array(2)) }
      default:
        throw new No(400, 'malformed')
    }
  }
}
