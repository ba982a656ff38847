// A new phone with the old one in hand (docs/life.md §6): the new one shows a code, the old one scans it, and the code of the old one decides.
import type { App } from '../app.ts'
import { Refused } from '../channel.ts'
import { readNewPhone, sixWords } from '../protocol/words.ts'
import { ask } from './account/act.ts'
import { arrive, openActivation, step } from './activate.ts'
import { takeWay } from './token.ts'

/** On the new phone: from the first screen to the QR code. */
export const beginVouch = (app: App) =>
  app.during(async () => {
    await takeWay(app, 'again')
    await openActivation(app)
    if (app.state.view?.step === 'number') await arrive(app, await step(app, 'vouch', {}))
    app.dispatch({ type: 'revisit', to: null })
  })

/** What the new phone shows, and its words: both made here, so that nobody in between can choose them. */
export async function ourVouch(app: App): Promise<{ text: string; words: string[] }> {
  const text = `zelf:new:${app.state.view?.activation ?? ''}:${app.own.dev}`
  return { text, words: await sixWords(text) }
}

/** On the old phone: what was scanned or typed. */
export const vouchFor = (app: App, scanned: string) =>
  app.during(async () => {
    const found = readNewPhone(scanned)
    if (!found) return app.tell('scan_strange')
    const words = await sixWords(found.text)
    try {
      await ask(app, 'new-phone', { activation: found.activation, device: found.device }, { expects: words.join(' ') })
    } catch (error) {
      if (!(error instanceof Refused && (error.code === 'wrong_step' || error.code === 'expired'))) throw error
      app.tell('scan_gone')
    }
  })
