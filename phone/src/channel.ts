// The line to the server: signed commands with the server's nonce, one repeat on an old nonce, and the same body and
// `jti` again when the network fails, so that nothing is counted twice.
import { randomId, signCommand } from './protocol/command.ts'
import type { Discovery, View } from './contract.ts'
import type { Device } from './keys/device.ts'

/** The server said no: `code` of docs/protocol.md §3 and what came with it. */
export class Refused extends Error {
  override name = 'Refused'
  constructor(
    readonly status: number,
    readonly code: string,
    readonly data: { id?: string; view?: View; left?: number; wait?: number; locked?: boolean; until?: number; now?: number; reason?: string; kind?: string; why?: string; at?: number },
  ) {
    super(code)
  }
}

/** No answer at all, after several tries. */
export class Offline extends Error {
  override name = 'Offline'
}

export interface ChannelOptions {
  origin: string
  fetch?: typeof fetch
  /** Waits between tries, in milliseconds. */
  pauses?: number[]
}

interface Sending {
  signal?: AbortSignal
  /** Give up on one try after so many milliseconds. */
  patience?: number
  /** Tries after the first one. */
  again?: number
}

export class Channel {
  readonly origin: string
  readonly #fetch: typeof fetch
  readonly #pauses: number[]
  #nonce: string | null = null
  #unanswered: { path: string; text: string; jti: string } | null = null
  /** Server time minus ours, in seconds. */
  skew = 0

  constructor({ origin, fetch: via = (...args) => fetch(...args), pauses = [500, 1500, 3500] }: ChannelOptions) {
    this.origin = origin
    this.#fetch = via
    this.#pauses = pauses
  }

  /** The server's clock, seconds since 1970. */
  now(): number {
    return Math.floor(Date.now() / 1000 + this.skew)
  }

  async discovery(): Promise<Discovery> {
    return (await this.#repeat(() => this.#get('/.well-known/zelf'), {})) as Discovery
  }

  /** Sends one signed command. A repeat of a body that got no answer keeps its `jti`. */
  async command<T>(device: Device, name: string, body: unknown, sending: Sending = {}): Promise<T> {
    const path = `/api/v1/${name}`
    const text = JSON.stringify(body)
    const before = this.#unanswered
    const jti = before?.path === path && before.text === text ? before.jti : randomId()
    const once = async () => {
      try {
        return await this.#signed(device, path, body, jti, sending)
      } catch (error) {
        if (error instanceof Refused && error.code === 'use_nonce') return this.#signed(device, path, body, jti, sending)
        throw error
      }
    }
    try {
      const answer = (await this.#repeat(once, sending)) as T
      this.#unanswered = null
      return answer
    } catch (error) {
      this.#unanswered = error instanceof Offline ? { path, text, jti } : null
      throw error
    }
  }

  /** Posts M2 and its proof; authenticated by M2 itself, and idempotent as a whole. */
  async answer(body: { m1: string; m2: string; pin?: unknown; bio?: unknown }): Promise<{ m3: string; return_to?: string }> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return (await this.#repeat(() => this.#call('/api/v1/answer', init, {}), {})) as { m3: string; return_to?: string }
  }

  async #signed(device: Device, path: string, body: unknown, jti: string, sending: Sending): Promise<unknown> {
    const nonce = await this.#takeNonce()
    const jws = await signCommand(device.key, device.dev, { htu: this.origin + path, nonce, jti, body })
    return this.#call(path, { method: 'POST', headers: { 'content-type': 'application/jose' }, body: jws }, sending)
  }

  async #takeNonce(): Promise<string> {
    const nonce = this.#nonce
    this.#nonce = null
    if (nonce) return nonce
    const fresh = (await this.#get('/api/v1/nonce')) as { nonce: string; now: number }
    this.#nonce = null
    return fresh.nonce
  }

  #get(path: string): Promise<unknown> {
    return this.#call(path, { method: 'GET', headers: { accept: 'application/json' } }, {})
  }

  async #call(path: string, init: RequestInit, { signal, patience = 15_000 }: Sending): Promise<unknown> {
    const limit = AbortSignal.timeout(patience)
    const answer = await this.#fetch(this.origin + path, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    this.#nonce = answer.headers.get('zelf-nonce') ?? this.#nonce
    const json = (await answer.json()) as Record<string, unknown>
    if (typeof json.now === 'number') this.skew = json.now - Date.now() / 1000
    if (!answer.ok) throw new Refused(answer.status, String(json.error ?? 'busy'), json as Refused['data'])
    return json
  }

  /** Tries again after a network failure or a server that is busy; a refusal is final. */
  async #repeat<T>(once: () => Promise<T>, { signal, again = this.#pauses.length }: Sending): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await once()
      } catch (error) {
        signal?.throwIfAborted()
        const passing = !(error instanceof Refused) || error.code === 'busy'
        if (!passing) throw error
        if (tries >= again) throw error instanceof Refused ? error : new Offline()
        await pause(this.#pauses[tries] ?? 1000, signal)
      }
    }
  }
}

/** Waits, with a little chance in it so that many phones do not return at once. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms * (0.75 + Math.random() / 2))
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
