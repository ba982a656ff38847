// Requests and answers in the mock: signed afresh for every look, one attempt per challenge, a receipt for every answer.
import { bioChallenge, type Bio } from '../src/protocol/bio.ts'
import { b64u, fromUtf8, h, sha256, unb64u, utf8 } from '../src/protocol/bytes.ts'
import { randomId } from '../src/protocol/command.ts'
import { parseJws, verifyJws } from '../src/protocol/jose.ts'
import { refusable, requestFrom, resultOf, shownOf, type Answer } from '../src/protocol/messages.ts'
import { PIN_PROOF, pinVerifies, proofMessage, type Sealed } from '../src/protocol/pin.ts'
import type { Keys } from './keys.ts'
import { No, type Asked, type Hall, type Phone, type Told } from './parts.ts'

const LATER = 15 * 60
const MATCH = '47'
const CODE_LIVES = 3

/** A request that waits for a phone to take it. */
interface Offer {
  by: 'q' | 'r'
  more: Told
  made: number
  taken: boolean
}

export class Approvals {
  readonly #answers = new Map<string, Told>()
  readonly #offers = new Map<string, Offer>()
  readonly #returns = new Map<string, string>()
  readonly #afterwards = new Map<string, (yes: boolean) => void>()
  /** What each answer left out. */
  readonly given = new Map<string, readonly string[]>()
  /** Hands out M1 as it stands. */
  frozen = false
  /** Counts verified code proofs. */
  checks = 0

  constructor(
    readonly hall: Hall,
    readonly keys: Keys,
  ) {}

  device(phone: Phone) {
    return { state: phone.tries >= 5 ? 'locked' : 'active', left: 5 - phone.tries, not_before: phone.notBefore }
  }

  home(phone: Phone): Told {
    const { number, email } = phone.view
    const limited = phone.limited ? { limited: phone.limited } : {}
    const { settings, head, seq, lastReceipt } = phone
    return { first_name: 'An', number, email, settings, device: this.device(phone), ...limited, head, seq, last_receipt: lastReceipt, now: this.hall.now() }
  }

  async pending(phone: Phone, wait: number): Promise<Told> {
    const live = () => (phone.login && phone.login.exp > this.hall.now() ? [phone.login.m1] : [])
    for (let waited = 0; waited < wait * 1000 && live().length === 0; waited += 200) await new Promise((resolve) => setTimeout(resolve, 200))
    if (phone.login && !this.frozen) await this.#signAgain(phone.login)
    return { requests: live(), device: this.device(phone), head: phone.head, seq: phone.seq, now: this.hall.now() }
  }

  /** Somebody logs in at the municipality. */
  async startLogin(more: Told = {}): Promise<{ rid: string; match: string }> {
    const phone = [...this.hall.phones.values()].filter((one) => one.view.step === 'active').at(-1)
    if (!phone) throw new No(404, 'malformed')
    const rid = `apr_${randomId()}`
    await this.#request(phone, rid, this.hall.now() + 180, more)
    return { rid, match: MATCH }
  }

  /** Somebody begins without a number: what the code (`q`) or the link (`r`) says now. */
  offer(by: 'q' | 'r', more: Told = {}): { rid: string; text: () => string } {
    const rid = `apr_${randomId()}`
    const offer = { by, more, made: this.hall.now(), taken: false }
    this.#offers.set(rid, offer)
    const mac = 'A'.repeat(22)
    return { rid, text: () => `${this.hall.origin}/${by}#${rid}${by === 'q' ? `.${Math.floor((this.hall.now() - offer.made) / 2)}.${mac}` : ''}` }
  }

  /** The first phone takes it; a code lives a few seconds. */
  async scan(phone: Phone, text: string): Promise<Told> {
    const discovery = /\/d#(dsc_[\w-]{22})\.\d+\.[\w-]{22}$/.exec(text)?.[1]
    if (discovery) return { rid: discovery }
    const [, by, rid = '', step] = /\/([qr])#(apr_[\w-]{22})(?:\.(\d+)\.[\w-]{22})?$/.exec(text) ?? []
    const offer = this.#offers.get(rid)
    if (!offer || offer.by !== by) throw new No(410, 'request_gone')
    if (offer.taken) throw new No(409, 'taken')
    if (by === 'q' && Number(step) < Math.floor((this.hall.now() - offer.made) / 2) - CODE_LIVES) throw new No(410, 'expired')
    offer.taken = true
    if (by === 'r') this.#returns.set(rid, `${this.hall.origin}/login/return/${rid}?rt=there`)
    await this.#request(phone, rid, this.hall.now() + 180, { match: false, ...offer.more })
    return { rid }
  }

  /** A new phone is at the last step: the old one is asked whether that is right. */
  async askOld(old: Phone, fresh: Phone, then: (yes: boolean) => void): Promise<void> {
    const rid = `apr_${randomId()}`
    this.#afterwards.set(rid, then)
    await this.#request(old, rid, fresh.view.expires, {
      kind: 'admin', title: 'Een nieuwe telefoon voor uw account', rp: { id: 'zelf', name: 'zelf', domain: new URL(this.hall.origin).hostname }, from: 'Chrome op Linux',
      fields: [{ l: 'Telefoon', v: 'Chrome op Linux' }, { l: 'Nummer', v: fresh.view.number ?? '' }], claims: [], match: false,
    })
  }

  /** A change of the account waits for the code. */
  async ask(phone: Phone, rid: string, exp: number, more: Told, then: (yes: boolean) => void): Promise<void> {
    this.#afterwards.set(rid, then)
    await this.#request(phone, rid, exp, more)
  }

  async #request(phone: Phone, rid: string, exp: number, more: Told = {}): Promise<void> {
    const chal = b64u(crypto.getRandomValues(new Uint8Array(32)))
    const payload = {
      v: 1, rid, kind: 'login', dev: phone.dev, lang: 'nl', title: 'Inloggen', rp: { id: 'gemeente', name: 'Gemeente Voorbeeld', domain: 'gemeente-voorbeeld.be' },
      from: '22-11-2026 14:05 · deze computer · Chrome op Linux',
      fields: [{ l: 'Voornaam', v: 'An', c: 'given_name' }, { l: 'Naam', v: 'Peeters', c: 'family_name' }, { l: 'Geboortedatum', v: '12 maart 1955', c: 'birthdate' }, { l: 'Adres', v: 'Kerkstraat 12, 1000 Brussel', c: 'address' }],
      claims: ['given_name', 'family_name', 'birthdate', 'address'], uv: 'pin', match: true, head: phone.head, seq: phone.seq + 1, iat: this.hall.now(), exp, ...more, chal,
    }
    phone.login = { rid, m1: '', signed: new Set(), payload, chal, exp }
    await this.#signAgain(phone.login)
  }

  async #signAgain(asked: Asked): Promise<void> {
    asked.m1 = await this.keys.sign('rq', 'zelf-req+jws', { ...asked.payload, iat: this.hall.now() })
    asked.signed.add(asked.m1)
  }

  async answer({ m1, m2, pin, bio }: { m1: string; m2: string; pin?: Sealed; bio?: Bio }): Promise<Told> {
    const key = await h(m2)
    const known = this.#answers.get(key)
    if (known) return known
    const phone = this.hall.phones.get(parseJws(m2).header.kid)
    if (!phone) throw new No(401, 'device_unknown')
    const answer = (await verifyJws(m2, 'zelf-apr+jws', { kid: phone.dev, jwk: phone.jwk })) as unknown as Answer
    const asked = phone.login
    if (!asked?.signed.has(m1) || asked.chal !== answer.chal) throw new No(410, 'request_gone')
    if (asked.exp <= this.hall.now()) throw new No(410, 'expired')
    if (answer.prev !== phone.head || answer.seq !== phone.seq + 1) throw new No(409, 'out_of_step', { head: phone.head, seq: phone.seq })
    const request = requestFrom(parseJws(m1).payload)
    if (answer.rq !== (await h(m1)) || answer.shown !== (await shownOf(request))) throw new No(400, 'malformed')
    const optional = refusable(request)
    if (answer.without && (answer.without.length === 0 || answer.without.join() !== [...answer.without].sort().join() || answer.without.some((one) => !optional.includes(one)))) throw new No(400, 'malformed')
    phone.seq += 1
    if (answer.uv === 'bio') await this.#checkBio(phone, m2, bio)
    else if (answer.dec === 'approve') await this.#checkCode(phone, asked, answer, m2, pin)
    const m3 = await this.#receipt(phone, answer, m2)
    phone.login = null
    this.#afterwards.get(answer.rid)?.(answer.dec === 'approve')
    const there = answer.dec === 'fraud' ? undefined : this.#returns.get(answer.rid)
    const told = { m3, ...(there ? { return_to: there } : {}) }
    this.#answers.set(key, told)
    this.given.set(answer.rid, answer.without ?? [])
    return told
  }

  async #receipt(phone: Phone, answer: Answer, m2: string): Promise<string> {
    const m3 = await this.keys.sign('rc', 'zelf-rcp+jws', {
      v: 1, rid: answer.rid, rq: answer.rq, apr: await h(m2), dec: answer.dec, res: resultOf(answer.dec), uv: { m: answer.uv, gen: 1 },
      dc: await h(phone.m4), seq: answer.seq, prev: phone.head, ts: this.hall.now(),
    })
    phone.head = await h(m3)
    phone.lastReceipt = m3
    return m3
  }

  /** Only what the challenge is: the vault's own tests know the rest. */
  async #checkBio(phone: Phone, m2: string, bio?: Bio): Promise<void> {
    const asked = JSON.parse(fromUtf8(unb64u(bio?.client_data ?? ''))) as { challenge: string }
    if (asked.challenge === b64u(await bioChallenge(parseJws(m2).input))) return
    if (phone.login) await this.#request(phone, phone.login.rid, phone.login.exp, { ...phone.login.payload, seq: phone.seq + 1 })
    throw new No(422, 'bio_rejected')
  }

  async #checkCode(phone: Phone, asked: Asked, answer: Answer, m2: string, pin?: Sealed): Promise<void> {
    const now = this.hall.now()
    if (now < phone.notBefore || phone.tries >= 5) throw new No(422, 'not_accepted', { left: 5 - phone.tries, wait: Math.max(0, phone.notBefore - now), locked: phone.tries >= 5 })
    phone.tries += 1
    this.checks += 1
    const digest = await sha256(utf8(parseJws(m2).input))
    const good = pin && phone.point && pinVerifies(phone.point, proofMessage(digest), await this.keys.open(pin, PIN_PROOF, digest))
    if (good && answer.match === (asked.payload.match ? MATCH : '')) {
      phone.tries = 0
      phone.notBefore = 0
      return
    }
    if (phone.tries >= 5) this.hall.end(phone, 'wrong_codes')
    const wait = phone.tries === 3 ? 60 : phone.tries === 4 ? LATER : 0
    phone.notBefore = wait ? now + wait : 0
    await this.#request(phone, asked.rid, asked.exp, { ...asked.payload, head: phone.head, seq: phone.seq + 1 })
    throw new No(422, 'not_accepted', { left: 5 - phone.tries, wait, locked: phone.tries >= 5 })
  }
}
