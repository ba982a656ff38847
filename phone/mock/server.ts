// A small server with the same contract (docs/protocol.md §§2–5), in memory, for unit tests and for working on screens.
// It really checks signatures, chains and seals; it knows nothing of databases, banks, cards or SMS. Never part of the app.
//
// How the bank ends depends on the bank: `fintro` too_young, `cbc` bank_data_outdated, `hello` bank_refused, `ing` other browser.
// The SMS code is always 30899, the six digits 246810, the number on the other screen 47, the token aB3dE4 (aaaaaa is an expired one).
// A number that another active phone has is a known account: that phone is asked.
import { randomId } from '../src/protocol/command.ts'
import { jwkFrom, keyId, parseJws, verifyJws, type Jwk } from '../src/protocol/jose.ts'
import { shaped, type Json } from '../src/protocol/json.ts'
import type { Settings } from '../src/contract.ts'
import type { Sealed } from '../src/protocol/pin.ts'
import { Accounts } from './account.ts'
import { Activations } from './activation.ts'
import { Approvals } from './approval.ts'
import { Keys } from './keys.ts'
import { No, ok, refusal, type Body, type Hall, type MockAnswer, type Phone, type Told } from './parts.ts'

export class Mock implements Hall {
  readonly phones = new Map<string, Phone>()
  readonly past: Phone[] = []
  readonly #ended = new Map<string, { why: string; at: number }>()
  readonly approvals: Approvals
  readonly activations: Activations
  readonly accounts: Accounts
  readonly #nonces = new Set<string>()
  readonly #answers = new Map<string, MockAnswer>()
  /** Moves the clock, in seconds. */
  ahead = 0

  private constructor(
    readonly origin: string,
    readonly keys: Keys,
  ) {
    this.approvals = new Approvals(this, keys)
    this.activations = new Activations(this, keys, this.approvals)
    this.accounts = new Accounts(this, keys, this.approvals)
  }

  static async create(origin: string): Promise<Mock> {
    return new Mock(origin, await Keys.create())
  }

  now(): number {
    return Math.floor(Date.now() / 1000) + this.ahead
  }

  end(phone: Phone, why: string): void {
    this.phones.delete(phone.dev)
    this.past.push(phone)
    this.#ended.set(phone.dev, { why, at: this.now() })
  }

  nonce(): string {
    const nonce = randomId()
    this.#nonces.add(nonce)
    return nonce
  }

  startLogin(more: Told = {}): Promise<{ rid: string; match: string }> {
    return this.approvals.startLogin(more)
  }

  /** One request in, one answer out. `url` is path and query. */
  async handle(method: string, url: string, body: string): Promise<MockAnswer> {
    try {
      return await this.#route(method, url, body)
    } catch (error) {
      if (error instanceof No) return refusal(error)
      return { status: 400, json: { error: 'malformed', id: 'T3ST', why: String(error) } }
    }
  }

  async #route(method: string, url: string, body: string): Promise<MockAnswer> {
    const { pathname, searchParams } = new URL(url, this.origin)
    if (pathname === '/.well-known/zelf') return ok(await this.keys.discovery(this.origin, this.now()))
    if (pathname === '/api/v1/nonce') return ok({ nonce: this.nonce(), now: this.now() })
    if (pathname === '/mock/bank') return this.activations.bank(searchParams.get('act') ?? '')
    if (pathname === '/mock/login') return ok(await this.startLogin())
    if (pathname === '/mock/ahead') return ok({ ahead: (this.ahead += Number(searchParams.get('s') ?? 0)) })
    if (pathname === '/api/v1/answer') return ok(await this.approvals.answer(JSON.parse(body) as { m1: string; m2: string; pin?: Sealed }))
    if (method === 'POST' && pathname.startsWith('/api/v1/')) return this.#command(pathname, body)
    throw new No(404, 'malformed')
  }

  async #command(path: string, jws: string): Promise<MockAnswer> {
    const { header, payload } = parseJws(jws)
    const cmd = shaped(payload, { v: 'integer', htm: 'string', htu: 'string', nonce: 'string', jti: 'string', body: 'object' })
    const name = path.slice('/api/v1/'.length)
    const ended = this.#ended.get(header.kid)
    if (ended) throw new No(401, 'device_ended', ended)
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
      if (error instanceof No) return refusal(error)
      throw error
    })
    if (name !== 'pending') this.#answers.set(`${header.kid} ${cmd.jti}`, answer)
    return answer
  }

  async #run(name: string, dev: string, jwk: Jwk, body: Body): Promise<Told> {
    if (name === 'activation/start') return this.activations.start(dev, jwk)
    const phone = this.phones.get(dev)
    if (!phone) throw new No(401, 'device_unknown')
    const [part, step = ''] = name.split('/')
    if (part === 'activation') return this.activations.step(phone, step, body)
    switch (name) {
      case 'home':
        return { ...this.approvals.home(phone), ...this.accounts.home(phone) }
      case 'settings':
        phone.settings = { ...phone.settings, ...(body as unknown as Settings) }
        return { settings: phone.settings }
      case 'scan':
        return this.approvals.scan(phone, (body as unknown as { text: string }).text)
      case 'pending':
        return this.approvals.pending(phone, Number(body.wait))
      default:
        return this.accounts.run(phone, name, body as unknown as Record<string, unknown>)
    }
  }
}
