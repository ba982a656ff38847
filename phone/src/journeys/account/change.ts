// Number, e-mail address and the end of the account: each becomes a request that takes the code.
import type { App } from '../../app.ts'
import { Refused } from '../../channel.ts'
import type { SmsState } from '../../account-contract.ts'
import { readNumber } from '../activate.ts'
import { ask } from './act.ts'

/** The new number gets an SMS; nothing changes yet. */
export const newNumber = (app: App, typed: string) =>
  app.during(async () => {
    if (!/\d/.test(typed)) return app.tell('number_empty')
    app.dispatch({ type: 'typed', typed })
    await sendTo(app, typed)
    app.dispatch({ type: 'side', side: 'number-code' })
  })

export const anotherSms = (app: App) => app.during(() => sendTo(app, app.state.typed))

async function sendTo(app: App, typed: string): Promise<void> {
  const number = await app.channel.command<{ number: string; sms: SmsState }>(app.own, 'act/number', readNumber(typed, app.state.country))
  app.dispatch({ type: 'account', change: { number } })
}

/** Nothing waits for this code any more: it took too long, or a newer one is on its way. */
const OVER = new Set(['expired', 'request_gone'])

/** The number is proven; the code of this phone decides. */
export const proveNumber = (app: App, typed: string) =>
  app.during(async () => {
    const code = typed.replace(/\D/g, '')
    if (code.length !== 5) return app.tell('sms_length')
    try {
      await ask(app, 'number', { code }, { command: 'number/code', expects: app.state.account.number?.number ?? null })
    } catch (error) {
      if (!(error instanceof Refused) || !OVER.has(error.code)) throw error
      app.dispatch({ type: 'side', side: 'number-new' })
      app.tell('sms_over')
    }
  })

export const newEmail = (app: App, email: string | null) =>
  app.during(async () => {
    if (email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email.trim())) return app.tell('email_invalid')
    const typed = email?.trim() ?? null
    await ask(app, 'email', { email: typed }, { expects: typed })
  })

export const closeAccount = (app: App) => app.during(() => ask(app, 'close', {}))
