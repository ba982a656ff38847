// What home proposes after the activation: one card at a time, and "not now" is as good an answer.
import { useEffect, useState } from 'preact/hooks'
import { bioAvailable, switchBiometrics } from '../journeys/biometrics.ts'
import { dismiss, settle } from '../journeys/settings.ts'
import type { App } from '../app.ts'
import type { Side, State } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Secondary } from '../ui/page.tsx'

export const SUGGESTIONS = ['notifications', 'sharing', 'email', 'block-code', 'biometrics'] as const
export type Suggestion = (typeof SUGGESTIONS)[number]

interface Words {
  icon: IconName
  title: Key
  lead: Key
  yes: Key
}

const WORDS: Record<Suggestion, Words> = {
  notifications: { icon: 'bell', title: 'app.notifications.title', lead: 'app.notifications.lead', yes: 'app.notifications.yes' },
  sharing: { icon: 'share', title: 'app.sharing.title', lead: 'app.sharing.lead', yes: 'app.sharing.yes' },
  email: { icon: 'mail', title: 'app.add_email.title', lead: 'app.add_email.lead', yes: 'app.add_email.yes' },
  'block-code': { icon: 'lock', title: 'app.keep_code.title', lead: 'app.keep_code.lead', yes: 'app.keep_code.yes' },
  biometrics: { icon: 'finger', title: 'app.biometrics.title', lead: 'app.biometrics.lead', yes: 'app.biometrics.yes' },
}

/** What this phone and its browser can do. */
export interface Able {
  notifications: boolean
  /** This browser has been allowed them; an account that comes back brings its wish along, not the permission. */
  granted: boolean
  biometrics: boolean
}

/** The first that is neither settled nor put aside; while an account may do nothing but log in, only what it may do. */
export function nextSuggestion({ home, dismissed }: Pick<State, 'home' | 'dismissed'>, able: Able, now: number): Suggestion | null {
  if (!home) return null
  const limited = (home.limited ?? 0) > now
  const open: Record<Suggestion, boolean> = {
    notifications: able.notifications && !(home.settings.notifications && able.granted),
    sharing: !home.settings.sharing,
    email: !home.email && !limited,
    'block-code': true,
    biometrics: able.biometrics && !home.biometric && !limited,
  }
  return SUGGESTIONS.find((one) => open[one] && !dismissed.includes(one)) ?? null
}

export function Suggestions() {
  const { app, state, t } = useUi()
  const [bio, setBio] = useState(false)
  useEffect(() => void bioAvailable().then(setBio), [])
  const permission = typeof Notification === 'undefined' ? 'denied' : Notification.permission
  const about = nextSuggestion(state, { notifications: permission !== 'denied', granted: permission === 'granted', biometrics: bio }, app.channel.now())
  if (!about || state.waiting.length > 0) return null
  const words = WORDS[about]
  return (
    <section class="card suggestion" data-testid="suggestion" data-about={about}>
      <div class="with-icon">
        <Icon name={words.icon} size={32} />
        <h2>{t(words.title)}</h2>
      </div>
      <p>{t(words.lead)}</p>
      <div class="pair">
        <Secondary id="yes" onClick={() => void accept(app, about)}>
          {t(words.yes)}
        </Secondary>
        <Secondary id="not-now" onClick={() => void decline(app, about)}>
          {t('app.not_now')}
        </Secondary>
      </div>
    </section>
  )
}

const SIDES: Partial<Record<Suggestion, Side>> = { email: 'email-new', 'block-code': 'block-code' }

async function accept(app: App, about: Suggestion): Promise<void> {
  if (about === 'notifications' || about === 'sharing') return settle(app, about, true)
  if (about === 'biometrics') return switchBiometrics(app, true)
  await dismiss(app, about)
  app.dispatch({ type: 'side', side: SIDES[about] ?? 'menu', direct: true })
}

/** No to sharing is told to the server: it governs what of a card is kept. */
async function decline(app: App, about: Suggestion): Promise<void> {
  if (about === 'sharing') return settle(app, about, false)
  await dismiss(app, about)
}
