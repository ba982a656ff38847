// Another code (docs/life.md §4). The new pepper is on disk before anything leaves; which one counts is the server's word alone,
// so a crash at any point leaves exactly one code that works.
import type { App } from '../../app.ts'
import type { Home } from '../../contract.ts'
import { createPepper } from '../../keys/device.ts'
import { randomId } from '../../protocol/command.ts'
import { firstOf } from '../../protocol/keys.ts'
import { sealMarked } from '../../protocol/pin.ts'
import { weakness } from '../../weak-code.ts'
import { refreshHome } from '../boot.ts'
import { ask } from './act.ts'

/** The second pepper, until it counts or can no longer come to count. */
export interface Staged {
  change: string
  pepper: CryptoKey
  /** Of the code in use when this one was made. */
  generation: number
  at: number
}

const STAGED = 'pepper_next'
/** A change waits five minutes for its answer; one more for an answer that is on its way. */
export const STAGED_SECONDS = 6 * 60

/** Nobody who knows the person would guess it. */
function takes(app: App, code: string): boolean {
  const birthdate = app.state.account.data?.facts.find((fact) => fact.claim === 'birthdate')?.value
  const weak = weakness(code, /^\d{4}-\d\d-\d\d$/.test(birthdate ?? '') ? birthdate : undefined, app.state.home?.number ?? null)
  if (weak) app.tell(`code_${weak}`)
  return weak === null
}

/** Chosen twice: the server stages the new code, and the old one is asked for. */
export const changeCode = (app: App, code: string) =>
  app.during(async () => {
    if (!takes(app, code)) return
    const home = await refreshHome(app)
    const before = await app.store.get<Staged>(STAGED)
    // An answer is on its way that may make the last new code count: a third pepper would forget it.
    if (before && (app.chain?.inflight?.length ?? 0) > 0) return app.tell('change_waits', { until: before.at + STAGED_SECONDS })
    const staged: Staged = { change: `chg_${randomId()}`, pepper: await createPepper(), generation: home.generation ?? 1, at: home.now }
    await app.store.write({ values: { [STAGED]: staged } })
    const { sealed, mark } = await sealMarked(staged.pepper, firstOf(await app.keys(), 'vs'), app.own.dev, staged.change, code)
    await ask(app, 'code', { change: staged.change, sealed }, { expects: mark })
  })

/** Takes the server's word on which code counts: swaps, keeps waiting, or forgets. */
export async function takeGeneration(app: App, home: Home): Promise<void> {
  const staged = await app.store.get<Staged>(STAGED)
  if (!staged) return
  if ((home.generation ?? 0) > staged.generation) {
    const device = { ...app.own, pepper: staged.pepper }
    await app.store.write({ values: { device, [STAGED]: undefined } })
    app.device = device
    if (app.state.account.act?.kind === 'code') app.dispatch({ type: 'account', change: { act: null, done: 'code' } })
  } else if (home.now > staged.at + STAGED_SECONDS) await app.store.write({ values: { [STAGED]: undefined } })
}

/** Before an answer with a code: which one counts? True when the answer that was about to be given has been taken already. */
export async function settleCode(app: App): Promise<boolean> {
  if (!(await app.store.get(STAGED))) return false
  const ours = app.state.account.act?.kind === 'code' && app.state.account.act.rid === app.state.open?.rid
  await refreshHome(app)
  if (!ours || app.state.account.act) return false
  app.dispatch({ type: 'close' })
  app.dispatch({ type: 'side', side: 'my-data' })
  app.dispatch({ type: 'account', change: { done: 'code' } })
  return true
}
