// Requests: waiting for them, showing them, and the one signed answer.
import { OutOfStep, type App } from '../app.ts'
import { Offline, Refused } from '../channel.ts'
import { APP, type Pending } from '../contract.ts'
import { b64u, h, Malformed, utf8 } from '../protocol/bytes.ts'
import { es256, NotSigned, parseJws, signingInput } from '../protocol/jose.ts'
import { firstOf } from '../protocol/keys.ts'
import { readRequest, refusable, resultOf, shownOf, TYP_ANSWER, type Answer, type Decision, type Request } from '../protocol/messages.ts'
import type { Bio } from '../protocol/bio.ts'
import { sealProof, type Sealed } from '../protocol/pin.ts'
import { screenOf, type Waiting } from '../state.ts'
import { settleCode } from './account/code.ts'
import { bioProof, BioRefused } from './biometrics.ts'
import { refreshHome } from './boot.ts'
import { keep, timesAt } from './receipts.ts'
import { wayBack } from './way-back.ts'

const HOLD_SECONDS = 25
const BETWEEN_MS = 2_500
const MOST_INFLIGHT = 10

/** An answer that left but was never answered: the same bytes go again, so no attempt is counted twice. */
let unsent: { key: string; body: Body } | null = null

/** What leaves: M1 as it was drawn, M2, and the proof that the person is there. */
export interface Body {
  m1: string
  m2: string
  pin?: Sealed
  bio?: Bio
}

/** The five digits, or fingerprint or face. */
type Proof = { code: string } | 'bio'

/** Asks once what waits, and shows it. */
export async function fetchPending(app: App, wait = 0, signal?: AbortSignal): Promise<void> {
  const sending = signal ? { signal, patience: (wait + 10) * 1000, again: 0 } : { patience: (wait + 10) * 1000 }
  const pending = await app.channel.command<Pending>(app.own, 'pending', { lang: app.state.lang, wait }, sending)
  if (pending.head !== app.chain?.head && !app.state.busy) await refreshHome(app)
  const before = new Set(app.state.waiting.map(({ request }) => request.rid))
  const admitted = (await Promise.all(pending.requests.map((m1) => admit(app, m1, pending.now)))).filter((one) => one !== null)
  const waiting = admitted.flatMap((one) => ('unshown' in one ? [] : [one]))
  const unshown = admitted.flatMap((one) => ('unshown' in one ? [one.unshown] : [])).at(0) ?? null
  app.dispatch({ type: 'pending', waiting, unshown, device: pending.device, now: pending.now })
  const came = waiting.find(({ request }) => !before.has(request.rid))
  if (came && app.state.expects > pending.now && screenOf(app.state) === 'home') await openRequest(app, came.request.rid)
  if (!app.state.online) app.dispatch({ type: 'online', online: true })
}

/** A request counts only if the operator signed it, for this phone, and it still lives. One that cannot be drawn is told, not shown. */
async function admit(app: App, m1: string, now: number): Promise<Waiting | { unshown: string } | null> {
  const known = app.state.waiting.find((one) => one.m1 === m1)
  if (known) return known
  try {
    const request = await app.trusting((keys) => readRequest(m1, keys))
    const seen = app.state.waiting.find((one) => one.request.rid === request.rid)?.seen ?? now
    return request.dev === app.own.dev && request.exp > now ? { m1, request, seen } : null
  } catch (error) {
    if (error instanceof Offline || error instanceof Refused) throw error
    console.warn('a request was not admitted', error)
    return error instanceof Malformed ? unshown(app, m1, now) : null
  }
}

/** The name of a request that was signed for this phone and lives, whatever else is in it. */
function unshown(app: App, m1: string, now: number): { unshown: string } | null {
  try {
    const { rid, dev, exp } = parseJws(m1).payload as { rid?: unknown; dev?: unknown; exp?: unknown }
    return typeof rid === 'string' && dev === app.own.dev && Number(exp) > now ? { unshown: rid } : null
  } catch {
    return null
  }
}

/** Keeps asking while the app is on the screen. Ends when `signal` says so. */
export async function follow(app: App, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      if (app.state.busy || app.state.broken) await sleep(300, signal)
      else {
        await fetchPending(app, somethingWaits(app) ? 0 : HOLD_SECONDS, signal)
        failures = 0
        await sleep(somethingWaits(app) ? BETWEEN_MS : 50, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof OutOfStep || error instanceof NotSigned || error instanceof Malformed) return app.fail(error)
      if (error instanceof Refused && (error.code === 'device_unknown' || error.status === 401)) return app.fail(error)
      failures += 1
      if (failures > 1) app.dispatch({ type: 'online', online: false })
      await sleep(Math.min(1000 * 2 ** failures, 20_000), signal).catch(() => undefined)
    }
  }
}

/** The server answers at once while something waits, also when it cannot be shown. */
const somethingWaits = ({ state }: App): boolean => state.waiting.length > 0 || state.unshown !== null

/** Opens a request on the screen. */
export async function openRequest(app: App, rid: string): Promise<void> {
  const found = app.state.waiting.find((one) => one.request.rid === rid)
  if (!found) return
  const times = await timesAt(app, found.request.rp.id).catch(() => 0)
  app.dispatch({ type: 'open', rid, times })
}

/** The number from the other screen is typed; the code comes next. */
export function typeMatch(app: App, match: string): void {
  const waiting = current(app)
  // A text is answered once its end was on the screen; the screen says so.
  if (waiting?.request.text !== undefined && !app.state.open?.read) return
  const digits = match.replace(/\D/g, '')
  if (waiting?.request.match && digits.length !== 2) return app.tell('match_length')
  app.dispatch({ type: 'matched', match: waiting?.request.match ? digits : '' })
}

const current = (app: App): Waiting | undefined => app.state.waiting.find((one) => one.request.rid === app.state.open?.rid)

export const approve = (app: App, code: string) => answer(app, 'approve', { code })
/** With fingerprint or face, once the number from the other screen is typed; the code's screen stands behind it. */
export async function approveWithBio(app: App, match: string): Promise<void> {
  typeMatch(app, match)
  if (app.state.open?.step === 'code') await answer(app, 'approve', 'bio')
}
export const refuse = (app: App) => answer(app, 'reject')
export const reportFraud = (app: App) => answer(app, 'fraud')

const answer = (app: App, decision: Decision, proof?: Proof) =>
  app.during(async () => {
    const waiting = current(app)
    if (!waiting) return
    const { request } = waiting
    if (request.exp <= app.channel.now()) return app.dispatch({ type: 'outcome', outcome: { kind: 'expired', request } })
    try {
      await settleHead(app, waiting)
      if (app.state.outcome) return
      // A new code that began to count meanwhile: the answer that made it count need not be given twice.
      if (await settleCode(app)) return
      const body = await compose(app, current(app) ?? waiting, decision, proof)
      const { m3, return_to: back } = await app.channel.answer(body)
      unsent = null
      await confirm(app, body, m3, decision)
      const kind = decision === 'approve' ? 'approved' : decision === 'reject' ? 'refused' : 'fraud'
      const ours = app.state.account.act?.rid === request.rid
      app.dispatch({ type: 'outcome', outcome: { kind, request, ...wayBack(app, request, back) } })
      if (ours && kind === 'approved') await afresh(app)
    } catch (error) {
      await afterFailure(app, waiting, error)
    }
  })

/** The account has changed: how things stand now. Without a line it is told later. */
async function afresh(app: App): Promise<void> {
  await refreshHome(app).catch((error: unknown) => {
    if (error instanceof Refused) app.fail(error)
  })
}

/** The request must continue the chain that this phone holds; if not, a missed receipt is fetched first. */
async function settleHead(app: App, waiting: Waiting): Promise<void> {
  const fits = () => {
    const request = (current(app) ?? waiting).request
    return request.head === app.chain?.head && request.seq > (app.chain?.seq ?? 0)
  }
  if (fits()) return
  await refreshHome(app)
  if (app.state.outcome) return
  await fetchPending(app)
  if (!fits()) throw new OutOfStep()
}

/** Signs M2 and seals the proof of the code; what is about to leave is on disk first. */
async function compose(app: App, { m1, request }: Waiting, dec: Decision, proof?: Proof): Promise<Body> {
  const match = dec === 'approve' ? (app.state.open?.match ?? '') : ''
  // The server may sign the same request anew for every look; one challenge is one attempt, whatever M1 carries it.
  const without = dec === 'approve' ? refusable(request).filter((claim) => app.state.open?.without.includes(claim)).sort() : []
  const key = [request.rid, request.chal, request.seq, dec, match, proof === 'bio' ? 'bio' : (proof?.code ?? ''), ...without].join('\n')
  if (unsent?.key === key) return unsent.body
  const { own, chain } = app
  if (!chain) throw new Error('not active')
  const rq = await h(m1)
  const payload: Answer = {
    v: 1, rid: request.rid, rq, shown: await shownOf(request), lang: request.lang, dec, match, chal: request.chal, seq: request.seq,
    prev: chain.head, uv: proof === 'bio' ? 'bio' : proof ? 'pin' : 'none', ts: app.channel.now(), app: APP,
    ...(without.length > 0 ? { without } : {}),
  }
  const input = signingInput(TYP_ANSWER, own.dev, payload)
  const m2 = `${input}.${b64u(await es256(own.key, utf8(input)))}`
  const body: Body = { m1, m2 }
  if (proof === 'bio') body.bio = await bioProof(app, input)
  else if (proof) body.pin = await sealProof(own.pepper, firstOf(await app.keys(), 'vs'), own.dev, input, proof.code)
  const sent = { rid: request.rid, m1, rq, apr: await h(m2), seq: request.seq }
  const next = { ...chain, inflight: [...(chain.inflight ?? []), sent].slice(-MOST_INFLIGHT) }
  await app.store.write({ values: { chain: next } })
  app.chain = next
  unsent = { key, body }
  return body
}

/** The receipt must say exactly what was answered. */
async function confirm(app: App, { m1, m2 }: { m1: string; m2: string }, m3: string, decision: Decision): Promise<void> {
  const sent = app.chain?.inflight?.at(-1)
  const receipt = await keep(app, m1, m3)
  const same = receipt.rid === sent?.rid && receipt.rq === (await h(m1)) && receipt.apr === (await h(m2)) && receipt.seq === sent.seq
  if (!same || receipt.dec !== decision || receipt.res !== resultOf(decision)) throw new NotSigned('a receipt for another answer')
}

async function afterFailure(app: App, waiting: Waiting, error: unknown): Promise<void> {
  const { request } = waiting
  if (error instanceof OutOfStep) return app.dispatch({ type: 'broken', why: 'out_of_step' })
  if (error instanceof BioRefused) return withCode(app, 'bio_failed')
  if (!(error instanceof Refused)) throw error
  unsent = null
  if (error.code === 'expired' || error.code === 'request_gone') return ended(app, request)
  if (error.code === 'out_of_step' || error.code === 'malformed') {
    await app.keys(true)
    await refreshHome(app)
    await fetchPending(app)
    app.dispatch({ type: 'look' })
    return app.tell('out_of_step')
  }
  if (error.code === 'bio_rejected') {
    await fetchPending(app)
    return withCode(app, 'bio_rejected')
  }
  if (error.code === 'wait' && error.data.until) return mustWait(app, error.data.until, error.data.reason)
  if (error.code !== 'not_accepted') throw error
  await notAccepted(app, waiting, error)
}

/** The request is over; perhaps because an earlier answer of ours did arrive, and then its receipt says how. */
async function ended(app: App, request: Request): Promise<void> {
  await refreshHome(app)
  if (!app.state.outcome) app.dispatch({ type: 'outcome', outcome: { kind: request.exp <= app.channel.now() ? 'expired' : 'gone', request } })
}

/** Too early after wrong codes: nothing was counted. */
function mustWait(app: App, until: number, reason?: string): void {
  if (reason === 'careful') {
    app.dispatch({ type: 'account', change: { hold: until } })
    return app.tell('careful', { until })
  }
  if (app.state.device) app.dispatch({ type: 'home', home: app.state.home, device: { ...app.state.device, not_before: until } })
  app.dispatch({ type: 'look' })
  app.tell('wait', { until })
}

/** Finger or face did not do: the code always does. */
function withCode(app: App, why: 'bio_failed' | 'bio_rejected'): void {
  const { open } = app.state
  if (!open) return
  app.dispatch({ type: 'matched', match: open.match })
  app.tell(why)
}

/** The number or the code was wrong; the server does not say which, so both are asked again. */
async function notAccepted(app: App, { request }: Waiting, { data }: Refused): Promise<void> {
  const { left = 0, wait = 0, locked = false } = data
  const device = { state: locked ? ('locked' as const) : ('active' as const), left, not_before: wait > 0 ? app.channel.now() + wait : 0 }
  app.dispatch({ type: 'home', home: app.state.home, device })
  if (locked) return app.end('wrong_codes', app.channel.now())
  app.dispatch({ type: 'look' })
  await fetchPending(app).catch(() => undefined)
  if (!current(app)) return app.dispatch({ type: 'outcome', outcome: { kind: 'gone', request, left } })
  const more = device.not_before ? { left, until: device.not_before } : { left }
  app.tell(request.match ? (left === 1 ? 'not_accepted_last' : 'not_accepted') : left === 1 ? 'code_wrong_last' : 'code_wrong', more)
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
