// Choices after activation: language, settings, this phone's history.
import type { App } from '../app.ts'
import type { Lang, Settings } from '../contract.ts'
import { lockAway } from '../keys/device.ts'
import type { State } from '../state.ts'
import { history } from './receipts.ts'

export async function changeLang(app: App, lang: Lang): Promise<void> {
  await app.store.write({ values: { lang } })
  app.dispatch({ type: 'lang', lang })
  // Messages follow; without a line they follow the next time.
  if (app.state.phase === 'active' && app.device) await app.channel.command(app.own, 'language', { lang }, { again: 0 }).catch(() => undefined)
}

type Choice = 'biometrics' | 'notifications' | 'sharing'

export const toggle = (app: App, name: Choice) =>
  app.during(async () => {
    const wanted = !app.state.home?.settings[name]
    const granted = wanted && name === 'notifications' ? await askNotifications() : wanted
    if (wanted && !granted) return app.tell('notifications_denied')
    await saveSettings(app, { [name]: granted })
  })

/** May services find this person by phone number? Otherwise only a code or a link brings a request. */
export const findable = ({ home }: Pick<State, 'home'>): boolean => home?.by_number ?? home?.settings.by_number ?? true

export const toggleFindable = (app: App) => app.during(() => saveSettings(app, { by_number: !findable(app.state) }))

export async function saveSettings(app: App, change: Partial<Settings>): Promise<void> {
  const { settings } = await app.channel.command<{ settings: Settings }>(app.own, 'settings', change)
  const { by_number } = change
  const home = app.state.home && { ...app.state.home, settings, ...(by_number === undefined ? {} : { by_number }) }
  app.dispatch({ type: 'home', home })
  await app.store.write({ values: { profile: await lockAway(app.own, home) } })
}

/** Really asks the browser; where it cannot ask, the answer counts as no. */
async function askNotifications(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false
  try {
    return (await Notification.requestPermission()) === 'granted'
  } catch {
    return false
  }
}

/** Yes or no to one of the questions that home asks after the activation; it does not ask again. */
export const settle = (app: App, name: Choice, yes: boolean) =>
  app.during(async () => {
    const granted = yes && name === 'notifications' ? await askNotifications() : yes
    await saveSettings(app, { [name]: granted })
    await dismiss(app, name)
    if (yes && !granted) app.tell('notifications_denied')
  })

/** Home does not propose this again. */
export async function dismiss(app: App, what: string): Promise<void> {
  const dismissed = [...new Set([...app.state.dismissed, what])]
  await app.store.write({ values: { dismissed } })
  app.dispatch({ type: 'dismissed', dismissed })
}

export async function loadHistory(app: App): Promise<void> {
  if (app.device) app.dispatch({ type: 'history', history: await history(app) })
}
