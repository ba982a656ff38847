// Choices after activation: language, settings, this phone's history.
import type { App } from '../app.ts'
import type { Lang, Settings } from '../contract.ts'
import { askNotifications, saveSettings } from './activate.ts'
import { history } from './receipts.ts'

export async function changeLang(app: App, lang: Lang): Promise<void> {
  await app.store.write({ values: { lang } })
  app.dispatch({ type: 'lang', lang })
}

export const toggle = (app: App, name: keyof Settings) =>
  app.during(async () => {
    const wanted = !app.state.home?.settings[name]
    const granted = wanted && name === 'notifications' ? await askNotifications() : wanted
    if (wanted && !granted) return app.tell('notifications_denied')
    await saveSettings(app, { [name]: granted })
  })

export async function loadHistory(app: App): Promise<void> {
  if (app.device) app.dispatch({ type: 'history', history: await history(app) })
}
