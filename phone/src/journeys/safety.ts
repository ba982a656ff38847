// What a person can do at once when something is wrong; none of it needs the code.
import type { App } from '../app.ts'
import { refreshHome } from './boot.ts'

/** Blocks the account for good on this phone; the next word from the server says so. */
export const block = (app: App) =>
  app.during(async () => {
    await app.channel.command(app.own, 'block', {})
    await refreshHome(app)
  })

/** "Somebody is on the phone with me": everything slows down for half an hour, or no longer does. */
export const careful = (app: App, on: boolean) =>
  app.during(async () => {
    await app.channel.command(app.own, 'careful', { on })
    await refreshHome(app)
  })

/** How long an answer waits after its request while a call is on, in seconds. */
export const CAREFUL_SECONDS = 30

export const loadBlockCode = (app: App) =>
  app.during(async () => {
    const { code } = await app.channel.command<{ code: string }>(app.own, 'block-code', {})
    app.dispatch({ type: 'account', change: { blockCode: code } })
  })

/** Requests of this service from that network or browser reach nobody for a day. */
export const mute = (app: App, rid: string) =>
  app.during(async () => {
    const { until } = await app.channel.command<{ until: number }>(app.own, 'mute', { rid })
    app.dispatch({ type: 'account', change: { muted: until } })
  })
