// What every journey holds in its hands: the picture, this phone's memory, its keys and the line to the server.
import { Channel, Offline, Refused } from './channel.ts'
import { ENDINGS, type Discovery, type Ending, type Lang, type View } from './contract.ts'
import type { Device } from './keys/device.ts'
import type { Store } from './keys/store.ts'
import { Malformed } from './protocol/bytes.ts'
import { NotSigned, type Jwk } from './protocol/jose.ts'
import { readKeys, type ServerKey } from './protocol/keys.ts'
import { initial, reduce, type Event, type Problem, type ProblemCode, type State } from './state.ts'

/** What this phone knows of its own chain of receipts. */
export interface Chain {
  certificate: string
  /** h(last receipt held) or "". */
  head: string
  /** Number of the last answer that has a receipt. */
  seq: number
  /** Written before an answer leaves, removed with the next receipt: a killed app knows what it had said. */
  inflight?: Inflight[]
}

/** An answer that left and has no receipt yet; `rq` and `apr` are h(M1) and h(M2). */
export interface Inflight {
  rid: string
  m1: string
  rq: string
  apr: string
  seq: number
}

/** The server and this phone no longer tell the same story. */
export class OutOfStep extends Error {
  override name = 'OutOfStep'
}

export class App {
  state: State
  device: Device | null = null
  chain: Chain | null = null
  #keys: ServerKey[] = []
  #listeners = new Set<() => void>()

  constructor(
    readonly store: Store,
    readonly channel: Channel,
    lang: Lang,
  ) {
    this.state = initial(lang)
  }

  dispatch(event: Event): void {
    this.state = reduce(this.state, event)
    if (this.state.skew !== this.channel.skew) this.state = reduce(this.state, { type: 'clock', skew: this.channel.skew })
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The device, where a journey cannot be without one. */
  get own(): Device {
    if (!this.device) throw new Error('no device yet')
    return this.device
  }

  /** The operator's keys under the pinned root; `again` asks for a fresh document. */
  async keys(again = false): Promise<ServerKey[]> {
    if (this.#keys.length > 0 && !again) return this.#keys
    const world = await this.discover()
    const root = (await this.store.get<Jwk>('root')) ?? world.root
    this.#keys = await readKeys(world.keys, root)
    return this.#keys
  }

  async discover(): Promise<Discovery> {
    const world = await this.channel.discovery()
    this.dispatch({ type: 'world', world })
    return world
  }

  /** Reads something signed; a key that we do not know yet may be new, so look once more. */
  async trusting<T>(read: (keys: ServerKey[]) => Promise<T>): Promise<T> {
    try {
      return await read(await this.keys())
    } catch (error) {
      if (!(error instanceof NotSigned)) throw error
      return read(await this.keys(true))
    }
  }

  /** Runs one thing the person asked for: busy while it runs, its failure told in place. */
  async during(work: () => Promise<void>): Promise<void> {
    if (this.state.busy) return
    this.dispatch({ type: 'problem', problem: null })
    this.dispatch({ type: 'busy', busy: true })
    try {
      await work()
      if (!this.state.online) this.dispatch({ type: 'online', online: true })
    } catch (error) {
      this.fail(error)
    } finally {
      this.dispatch({ type: 'busy', busy: false })
    }
  }

  fail(error: unknown): void {
    if (error instanceof Refused) return this.refused(error)
    if (error instanceof Offline) {
      this.dispatch({ type: 'online', online: false })
      return this.tell('offline')
    }
    if (error instanceof OutOfStep) return this.dispatch({ type: 'broken', why: 'out_of_step' })
    if (error instanceof NotSigned || error instanceof Malformed) return this.dispatch({ type: 'broken', why: 'untrusted' })
    console.error(error)
    this.tell('unexpected')
  }

  tell(code: ProblemCode, more: Omit<Problem, 'code'> = {}): void {
    this.dispatch({ type: 'problem', problem: { code, ...more } })
  }

  /** The number is proven, the token was not right: only the token is asked again. */
  private askTokenAgain({ sms: _, ...view }: View, error: Refused): void {
    if (error.code === 'token_expired') {
      this.dispatch({ type: 'token', token: '' })
      void this.store.write({ values: { token: undefined } })
    }
    this.dispatch({ type: 'view', view: { ...view, step: 'token', token: { left: error.data.left ?? 1 } } })
  }

  /** This phone's part is over, also for the next time the app opens. */
  end(why: Ending, at?: number): void {
    const ended = at === undefined ? { why } : { why, at }
    void this.store.write({ values: { ended } })
    this.dispatch({ type: 'ended', ended })
  }

  private refused(error: Refused): void {
    const { view, until, reason, left, id, why, at } = error.data
    const running = this.state.phase === 'activation' ? this.state.view : null
    if (running && (error.code === 'expired' || error.code === 'device_unknown')) return this.dispatch({ type: 'view', view: { ...running, step: 'expired' } })
    if (error.code === 'device_ended') return this.end(ENDINGS.find((one) => one === why) ?? 'unknown', at)
    if (error.code === 'device_unknown') return this.end('unknown')
    if (error.code === 'wrong_step' && view) {
      this.dispatch({ type: 'view', view })
      return this.dispatch({ type: 'revisit', to: null })
    }
    if (running && OF_TOKENS.has(error.code)) this.askTokenAgain(running, error)
    if (error.code === 'wait' && until && reason === 'failed_attempt') return this.dispatch({ type: 'wait', until })
    const more: Omit<Problem, 'code'> = {}
    if (left !== undefined) more.left = left
    if (until !== undefined) more.until = until
    const code = problemOf(error)
    if (id !== undefined && FOR_HELPDESK.has(code)) more.id = id
    this.tell(code, more)
  }
}

const OF_TOKENS = new Set(['token_wrong', 'token_case', 'token_expired'])

/** Failures that somebody else must look into: only these show an id. */
const FOR_HELPDESK = new Set<ProblemCode>(['unexpected', 'busy', 'bank_unreachable', 'bank_unknown', 'code_rejected', 'out_of_step'])

const TOLD: Partial<Record<string, ProblemCode>> = {
  number_invalid: 'number_invalid', country_not_served: 'country_not_served', email_invalid: 'email_invalid', bank_unknown: 'bank_unknown',
  return_wrong: 'return_wrong', token_wrong: 'token_wrong', token_case: 'token_case', token_expired: 'token_expired', sms_wrong: 'sms_wrong', code_rejected: 'code_rejected', terms_outdated: 'terms_outdated',
  wait: 'wait', bank_unreachable: 'bank_unreachable', busy: 'busy', out_of_step: 'out_of_step', not_accepted: 'not_accepted',
  limited: 'limited', too_recent: 'too_recent', bio_rejected: 'bio_rejected', number_taken: 'number_taken',
}

function problemOf(error: Refused): ProblemCode {
  if (error.code !== 'number_not_mobile') return TOLD[error.code] ?? 'unexpected'
  const kind = error.data.kind
  return kind === 'landline' ? 'number_landline' : kind === 'premium' ? 'number_premium' : 'number_other'
}
