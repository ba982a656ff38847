// The way with an identity card: the card was read at a computer, which shows a token; it joins the two (docs/eid.md §4).
// The token stays on this phone until the SMS code is typed, so that alone it tells nobody anything.
import type { App } from '../app.ts'
import { lockAway, takeOut, type Box } from '../keys/device.ts'
import type { Way } from '../state.ts'
import { readToken, strangers, TOKEN_LENGTH } from '../token-letters.ts'
import { arrive, sendNumber, step } from './activate.ts'

/** What the computer's page offers: `#token=aB3dE4&number=%2B32468758960`. Anything else is nothing. */
export function readOffer(hash: string): { token: string; number: string } | null {
  const fields = new URLSearchParams(hash.slice(1))
  const token = fields.get('token') ?? ''
  const number = fields.get('number') ?? ''
  if (token.length !== TOKEN_LENGTH || strangers(token).length > 0 || !/^\+\d{8,15}$/.test(number)) return null
  return { token, number }
}

/** Changes one's mind later; what was given already stays. */
export async function takeWay(app: App, way: Way): Promise<void> {
  await app.store.write({ values: { way } })
  app.dispatch({ type: 'way', way })
}

/** Number and token from the computer. Before the SMS the token is only kept; after it, it is handed in. */
export const giveToken = (app: App, typed: string) =>
  app.during(async () => {
    const proven = app.state.view?.step === 'token'
    const token = readToken(typed)
    if (!proven && !/\d/.test(app.state.typed)) return app.tell('number_empty')
    if (strangers(token).length > 0) return app.tell('token_character')
    if (token.length !== TOKEN_LENGTH) return app.tell('token_length')
    await keepToken(app, token)
    if (proven) return arrive(app, await step(app, 'token', { token }))
    await sendNumber(app, app.state.typed)
    await arrive(app, await step(app, 'eid', {}))
  })

async function keepToken(app: App, token: string): Promise<void> {
  await app.store.write({ values: { token: await lockAway(app.own, token) } })
  app.dispatch({ type: 'token', token })
}

/** After the app was closed. */
export async function recallToken(app: App): Promise<void> {
  const box = await app.store.get<Box>('token')
  if (box) app.dispatch({ type: 'token', token: await takeOut<string>(app.own, box) })
}

export async function forgetToken(app: App): Promise<void> {
  await app.store.write({ values: { token: undefined } })
  app.dispatch({ type: 'token', token: '' })
}
