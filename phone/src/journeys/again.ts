// Back to a working account on this phone: new keys, and nothing typed twice.
import type { App } from '../app.ts'
import type { Bank } from '../contract.ts'
import type { Known } from '../state.ts'
import { beginNow } from './activate.ts'
import { forget } from './boot.ts'

/** Kept in the clear beside the account, for the day its keys no longer work: number and bank, nothing secret. */
async function keep(app: App, known: Known): Promise<void> {
  await app.store.write({ values: { known, bank: undefined, way: undefined } })
  app.dispatch({ type: 'known', known })
}

/** The bank that has just confirmed; the number is what the activation was for. */
export async function keepBank(app: App): Promise<void> {
  const bank = app.state.way === 'eid' ? undefined : await app.store.get<Bank>('bank')
  const number = app.state.view?.number ?? ''
  await keep(app, bank ? { number, bank } : { number })
}

/** The number that the account has now. */
export async function keepNumber(app: App, number: string): Promise<void> {
  if (number && number !== app.state.known?.number) await keep(app, { ...app.state.known, number })
}

/** This phone's keys give way to new ones, once the server can be reached. */
export const reactivate = (app: App) =>
  app.during(async () => {
    await app.discover()
    const { known, home } = app.state
    await forget(app, { way: 'again', known: known?.number ? known : home?.number ? { number: home.number } : null })
    await beginNow(app, 'again')
  })

/** A closed account does not come back: whoever wants one begins as a stranger. */
export const startAnew = (app: App) => app.during(() => forget(app))
