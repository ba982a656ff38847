// What is known of the person, and what was ever asked of them: read, filtered, taken along.
import type { App } from '../../app.ts'
import type { Evidence, HistoryPage, MyData, MyEvent, MyMessage, MyPartner, StateFilter } from '../../account-contract.ts'
import type { Account } from '../../account-state.ts'
import { saveJson } from '../../ui/save.ts'

const put = (app: App, change: Partial<Account>) => app.dispatch({ type: 'account', change })
const command = <T>(app: App, name: string, body: unknown = {}) => app.channel.command<T>(app.own, `my/${name}`, body)
/** What is told in words comes in the language of the screen. */
const told = <T>(app: App, name: string, body: Record<string, unknown> = {}) => command<T>(app, name, { ...body, lang: app.state.lang })

/** Fetches what a screen shows, beside whatever the person does meanwhile. */
async function quietly(app: App, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => app.fail(error))
}

export const loadData = (app: App) => quietly(app, async () => put(app, { data: await told<MyData>(app, 'data') }))

const page = (app: App, before: string | null, state: StateFilter, partner: string | null) => told<HistoryPage>(app, 'history', { before, state, partner })

/** From the newest on, by these filters. */
export const loadMyHistory = (app: App, state: StateFilter = null, partner: string | null = null) =>
  app.during(async () => {
    put(app, { history: { entries: [], next: null, state, partner } })
    const { entries, next } = await page(app, null, state, partner)
    put(app, { history: { entries, next, state, partner } })
  })

export const loadOlder = (app: App) =>
  app.during(async () => {
    const shown = app.state.account.history
    if (!shown?.next) return
    const { entries, next } = await page(app, shown.next, shown.state, shown.partner)
    put(app, { history: { ...shown, entries: [...shown.entries, ...entries], next } })
  })

export function openEntry(app: App, rid: string): void {
  put(app, { entry: rid })
  app.dispatch({ type: 'side', side: 'history-entry' })
}

/** M1 to M4 and the keys they are signed under: enough for anybody to check it without us. */
export const takeEvidence = (app: App, rid: string) =>
  app.during(async () => {
    saveJson(`zelf-${rid}.json`, await command<Evidence>(app, 'evidence', { rid }))
    put(app, { done: 'exported' })
  })

export const loadEvents = (app: App) => quietly(app, async () => put(app, { events: (await told<{ events: MyEvent[] }>(app, 'events')).events }))

export const loadPartners = (app: App) => quietly(app, async () => put(app, { partners: (await told<{ partners: MyPartner[] }>(app, 'partners')).partners }))

export function openPartner(app: App, id: string): void {
  put(app, { partner: id })
  app.dispatch({ type: 'side', side: 'partner' })
}

/** The service opens nothing any more with what it was given, and must ask anew. */
export const withdraw = (app: App, partner: string) =>
  app.during(async () => {
    await command(app, 'partners/withdraw', { partner })
    put(app, { partners: (await told<{ partners: MyPartner[] }>(app, 'partners')).partners, done: 'withdrawn' })
  })

export const loadMessages = (app: App) => quietly(app, async () => put(app, { messages: (await told<{ messages: MyMessage[] }>(app, 'messages')).messages }))

export const takeEverything = (app: App) =>
  app.during(async () => {
    saveJson('zelf.json', await told(app, 'export'))
    put(app, { done: 'exported' })
  })
