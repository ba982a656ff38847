import { closeAccount } from '../../journeys/account/change.ts'
import { useNow, useUi } from '../../ui/context.ts'
import { Page, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { DoneLine, isLimited, LimitedLine } from './parts.tsx'

/** What ends with the account, and what must be kept; the code decides. */
export function Close() {
  const { app, state, t } = useUi()
  const off = isLimited(state.home?.limited, useNow())
  return (
    <Page
      name="close"
      title={t('app.close_account.title')}
      help="app.help.close_account"
      tone="stop"
      actions={
        !off && (
          <Secondary id="close-account" tone="stop" onClick={() => void closeAccount(app)}>
            {t('app.close_account.now')}
          </Secondary>
        )
      }
    >
      <LimitedLine />
      <DoneLine />
      <p class="lead">{t('app.close_account.lead')}</p>
      <ul class="plain">
        <li>{t('app.close_account.services')}</li>
        <li>{t('app.close_account.kept')}</li>
        <li>{t('app.close_account.number')}</li>
        <li>{t('app.close_account.export')}</li>
      </ul>
      <p class="soft">{t('app.close_account.block_instead')}</p>
      <Trouble />
    </Page>
  )
}
