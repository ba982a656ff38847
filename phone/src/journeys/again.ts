// Back to a working account on this phone: new keys, and nothing typed twice.
import type { App } from '../app.ts'
import type { Bank } from '../contract.ts'
import type { Known } from '../state.ts'
import { beginNow } from './activate.ts'
import { forget } from './boot.ts'

/** Kept in the clear beside the account, for the day its keys no longer work: number and bank, nothing secret. */
export async function keepKnown(app: App, number: string): Promise<void> {
  const bank = app.state.way === 'eid' ? undefined : await app.store.get<Bank>('bank')
  const known: Known = bank ? { number, bank } : { number }
  await app.store.write({ values: { known, bank: undefined, way: undefined } })
  app.dispatch({ type: 'known', known })
}

/** This phone's keys give way to new ones, once the server can be reached. */
export const reactivate = (app: App) =>
  app.during(async () => {
    await app.discover()
    const { known, home } = app.state
    await forget(app, { way: 'again', known: known ?? (home?.number ? { number: home.number } : null) })
    await beginNow(app, 'again')
  })

/** A closed account does not come back: whoever wants one begins as a stranger. */
export const startAnew = (app: App) => app.during(() => forget(app))
