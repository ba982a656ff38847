import { choose, goOn } from '../journeys/activate.ts'
import type { Choice } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import type { IconName } from '../ui/icons.tsx'
import { Page, Picture, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

type Question = Exclude<Choice, 'done'>

const WORDS: Record<Question, { icon: IconName; title: Key; lead: Key; yes: Key; no: Key; help: Key; detail: Key }> = {
  biometrics: { icon: 'finger', title: 'app.biometrics.title', lead: 'app.biometrics.lead', yes: 'app.biometrics.yes', no: 'app.biometrics.no', help: 'app.help.biometrics', detail: 'app.biometrics.detail' },
  notifications: { icon: 'bell', title: 'app.notifications.title', lead: 'app.notifications.lead', yes: 'app.notifications.yes', no: 'app.not_now', help: 'app.help.notifications', detail: 'app.notifications.detail' },
  sharing: { icon: 'share', title: 'app.sharing.title', lead: 'app.sharing.lead', yes: 'app.sharing.yes', no: 'app.not_now', help: 'app.help.sharing', detail: 'app.sharing.detail' },
}

/** Biometrics, notifications, data sharing: one question each, and "not now" is as good an answer. */
export function Question({ about }: { about: Question }) {
  const { app, t } = useUi()
  const words = WORDS[about]
  return (
    <Page
      name={about}
      title={t(words.title)}
      help={words.help}
      step="choices"
      back={false}
      actions={
        <>
          <Primary id="yes" onClick={() => void choose(app, about, true)}>
            {t(words.yes)}
          </Primary>
          <Secondary id="not-now" onClick={() => void choose(app, about, false)}>
            {t(words.no)}
          </Secondary>
        </>
      }
    >
      <Picture name={words.icon} />
      <p class="lead">{t(words.lead)}</p>
      <p class="soft">{t(words.detail)}</p>
      <Trouble />
    </Page>
  )
}

export function Done() {
  const { app, state, t } = useUi()
  return (
    <Page
      name="done"
      title={t('app.done.title', { name: state.home?.first_name ?? '' })}
      help="app.help.done"
      step="done"
      back={false}
      actions={
        <Primary id="to-home" onClick={() => void goOn(app, 'done')}>
          {t('app.done.home')}
        </Primary>
      }
    >
      <Picture name="check" tone="good" />
      <p class="lead">{t('app.done.lead')}</p>
      <ul class="plain">
        <li>{t('app.done.code')}</li>
        <li>{t('app.done.never')}</li>
        <li>{t('app.done.install')}</li>
      </ul>
    </Page>
  )
}
