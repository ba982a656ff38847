import { sitePage, type Slug } from '../help.ts'
import { useUi } from './context.ts'
import { Icon } from './icons.tsx'

/** A small link to the page of the help that is about this. */
export function HelpLink({ about }: { about: Slug | undefined }) {
  const { state, t } = useUi()
  const href = about && sitePage(state, `/help/a/${about}`)
  if (!href) return null
  return (
    <p class="soft help-link">
      <a href={href} target="_blank" rel="noopener noreferrer" data-testid="help-page" data-about={about}>
        <Icon name="help" size={20} /> {t('app.help.page')}
      </a>
    </p>
  )
}
