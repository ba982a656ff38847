// The chain of receipts: each names the one before, so a lost, repeated or forked answer shows itself.
import { OutOfStep, type App, type Chain } from '../app.ts'
import type { Home } from '../contract.ts'
import { lockAway, takeOut, type Box } from '../keys/device.ts'
import { h } from '../protocol/bytes.ts'
import { NotSigned, parseJws } from '../protocol/jose.ts'
import { readReceipt, requestFrom, type Receipt } from '../protocol/messages.ts'
import type { Entry } from '../state.ts'

interface Stored {
  m1: string
  m3: string
}

/** Verifies that a receipt follows ours and, with its request, keeps it encrypted; chain and receipt in one write. */
export async function keep(app: App, m1: string, m3: string): Promise<Receipt> {
  const chain = own(app)
  const receipt = await app.trusting((keys) => readReceipt(m3, keys))
  if (receipt.dc !== (await h(chain.certificate))) throw new NotSigned('a receipt for another phone')
  if (receipt.prev !== chain.head || receipt.seq <= chain.seq) throw new OutOfStep()
  const next: Chain = { certificate: chain.certificate, head: await h(m3), seq: receipt.seq }
  await app.store.write({ values: { chain: next }, receipt: await lockAway(app.own, { m1, m3 } satisfies Stored) })
  app.chain = next
  return receipt
}

/** Takes in the one receipt that a killed app or a broken line can have missed, and shows it if its request is open. Anything more is out of step. */
export async function heal(app: App, home: Home): Promise<void> {
  if (home.head !== app.chain?.head) await catchUp(app)
  const chain = own(app)
  if (home.head === chain.head) return
  if (!home.last_receipt || (await h(home.last_receipt)) !== home.head) throw new OutOfStep()
  const receipt = await app.trusting((keys) => readReceipt(home.last_receipt ?? '', keys))
  const sent = chain.inflight?.find((one) => one.apr === receipt.apr)
  if (!sent) throw new OutOfStep()
  await keep(app, sent.m1, home.last_receipt)
  if (app.state.open?.rid !== receipt.rid) return
  app.dispatch({ type: 'outcome', outcome: { kind: OUTCOMES[receipt.res], request: requestFrom(parseJws(sent.m1).payload) } })
}

/** A link of a service opens another tab of this very phone, and what was answered there counts here too. */
async function catchUp(app: App): Promise<void> {
  const stored = await app.store.get<Chain>('chain')
  if (stored && stored.seq >= (app.chain?.seq ?? 0)) app.chain = stored
}

const OUTCOMES = { ok: 'approved', rejected: 'refused', fraud: 'fraud' } as const

function own(app: App): Chain {
  if (!app.chain) throw new Error('not active')
  return app.chain
}

/** What this phone has answered, newest first. */
export async function history(app: App): Promise<Entry[]> {
  const boxes = (await app.store.receipts()) as Box[]
  const entries = await Promise.all(
    boxes.map(async (box) => {
      const { m1, m3 } = await takeOut<Stored>(app.own, box)
      return { request: requestFrom(parseJws(m1).payload), receipt: parseJws(m3).payload as unknown as Receipt }
    }),
  )
  return entries.reverse()
}

/** How often this phone has said yes to a service. */
export async function timesAt(app: App, rp: string): Promise<number> {
  const entries = await history(app)
  return entries.filter((entry) => entry.request.rp.id === rp && entry.receipt.res === 'ok').length
}
