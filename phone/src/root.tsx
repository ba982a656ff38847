import { useEffect, useState } from 'preact/hooks'
import type { App } from './app.ts'
import { Screen } from './screens/index.tsx'
import { loadWords, sayer, type Say, type Words } from './texts/index.ts'
import { UiContext } from './ui/context.ts'
import { Icon } from './ui/icons.tsx'

/** Redraws on every change and brings the words of the chosen language. */
export function Root({ app }: { app: App }) {
  const [state, setState] = useState(app.state)
  const [words, setWords] = useState<Words | null>(null)
  useEffect(() => app.subscribe(() => setState(app.state)), [app])
  useEffect(() => setState(app.state), [app])
  useEffect(() => {
    document.documentElement.lang = state.lang
    // A newer version may have taken this one's files away: then the page is read again.
    loadWords(state.lang).then(setWords, () => words && location.reload())
  }, [state.lang])
  if (!words) return null
  const t = sayer(words)
  return (
    <UiContext.Provider value={{ app, state, t }}>
      <div class="room">
        <Beside t={t} />
        <Screen state={state} />
      </div>
    </UiContext.Provider>
  )
}

/** On a wide screen: whose app this is, and what it never does. */
function Beside({ t }: { t: Say }) {
  return (
    <aside class="beside" aria-label="zelf">
      <p class="wordmark large">zelf</p>
      <p class="claim">{t('app.beside.claim')}</p>
      <ul>
        <li>
          <Icon name="lock" /> {t('app.beside.code')}
        </li>
        <li>
          <Icon name="shield" /> {t('app.beside.keys')}
        </li>
        <li>
          <Icon name="list" /> {t('app.beside.receipts')}
        </li>
      </ul>
    </aside>
  )
}
