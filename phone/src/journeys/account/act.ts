// A change of the account: the server makes a request of it, which opens at once and takes the code like any other (docs/life.md §3).
import type { App } from '../../app.ts'
import type { Act, ActKind } from '../../account-state.ts'
import type { Request } from '../../protocol/messages.ts'
import { fetchPending } from '../approve.ts'

export interface Asking {
  /** The command behind `act/`, where it is not the kind's own name. */
  command?: string
  expects?: string | null
}

/** Asks for the change and opens what came of it. */
export async function ask(app: App, kind: ActKind, body: unknown, { command = kind, expects = null }: Asking = {}): Promise<void> {
  const { rid } = await app.channel.command<{ rid: string }>(app.own, `act/${command}`, body)
  await openAct(app, { kind, rid, from: app.state.side, expects })
}

async function openAct(app: App, act: Act): Promise<void> {
  app.dispatch({ type: 'account', change: { act, done: null } })
  await fetchPending(app)
  const waiting = app.state.waiting.find((one) => one.request.rid === act.rid)
  if (!waiting) return app.tell('unexpected')
  app.dispatch({ type: 'open', rid: act.rid, times: 0 })
}

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Does the request say what this phone asked for? Otherwise somebody stands in between, and no code is taken. */
export function saysWhatWeAsked(act: Act, request: Request): boolean {
  const { expects } = act
  return expects === null || request.fields.some((field) => plain(field.v) === plain(expects))
}
