import { useEffect } from 'preact/hooks'
import type { Side } from '../../state.ts'
import type { Key } from '../../texts/index.ts'
import { useUi } from '../../ui/context.ts'
import type { IconName } from '../../ui/icons.tsx'
import { Page } from '../../ui/page.tsx'
import { Row, useGo } from './parts.tsx'

const ENTRIES: { to: Side; icon: IconName; word: Key }[] = [
  { to: 'my-data', icon: 'person', word: 'app.menu.my_data' },
  { to: 'my-history', icon: 'list', word: 'app.menu.my_history' },
  { to: 'partners', icon: 'share', word: 'app.menu.partners' },
  { to: 'messages', icon: 'mail', word: 'app.menu.messages' },
  { to: 'new-phone', icon: 'phone', word: 'app.menu.new_phone' },
  { to: 'safety', icon: 'shield', word: 'app.menu.safety' },
  { to: 'close', icon: 'cross', word: 'app.menu.close' },
  { to: 'language', icon: 'globe', word: 'app.menu.language' },
  { to: 'about', icon: 'info', word: 'app.menu.about' },
]

export function Menu() {
  const { app, t } = useUi()
  const go = useGo()
  // Whoever comes by here sees everything as it is now.
  useEffect(() => app.dispatch({ type: 'account', change: { data: null, history: null, events: null, partners: null, messages: null } }), [app])
  return (
    <Page name="menu" title={t('app.menu.title')} help="app.help.menu">
      <ul class="rows tight">
        {ENTRIES.map(({ to, icon, word }) => (
          <li key={to}>
            <Row id={`menu-${to}`} icon={icon} name={t(word)} onClick={() => go(to)} />
          </li>
        ))}
      </ul>
    </Page>
  )
}
