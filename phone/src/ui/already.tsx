import { useUi } from './context.ts'
import { Icon } from './icons.tsx'

/** Said from the moment the bank or the card has proven who it is, and never before. */
export function AlreadyKnown({ oldPhone = false }: { oldPhone?: boolean }) {
  const { state, t } = useUi()
  if (!state.view?.account_known) return null
  return (
    <div class="note good" role="status" data-testid="account-known">
      <Icon name="person" size={20} />
      <div class="stack">
        <p>
          <strong>{t('app.known.title')}</strong> {t('app.known.lead')}
        </p>
        {oldPhone && !state.vouched && <p class="soft">{t('app.code.old_phone')}</p>}
      </div>
    </div>
  )
}
