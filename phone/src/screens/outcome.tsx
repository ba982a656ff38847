import type { Outcome } from '../state.ts'
import { useUi } from '../ui/context.ts'
import { Page, Picture, Primary } from '../ui/page.tsx'

/** What became of a request. */
export function OutcomeScreen({ outcome }: { outcome: Outcome }) {
  const { app, t } = useUi()
  const name = outcome.request.rp.name
  const admin = outcome.request.kind === 'admin'
  const home = (
    <Primary id="to-home" onClick={() => app.dispatch({ type: 'close' })}>
      {t('app.outcome.home')}
    </Primary>
  )
  switch (outcome.kind) {
    case 'approved':
      if (admin) {
        return (
          <Page name="approved" title={t('app.admin.approved')} help="app.help.outcome" back={false} tone="good" actions={home}>
            <Picture name="phone" tone="good" />
            <p class="lead">{t('app.admin.approved_lead')}</p>
            <p>{t('app.admin.approved_next')}</p>
          </Page>
        )
      }
      return (
        <Page name="approved" title={t('app.outcome.approved')} help="app.help.outcome" back={false} tone="good" actions={home}>
          <Picture name="check" tone="good" />
          <p class="lead">{t('app.outcome.approved_lead', { name })}</p>
          <p class="soft">{t('app.outcome.kept')}</p>
        </Page>
      )
    case 'refused':
      if (admin) {
        return (
          <Page name="answer-refused" title={t('app.admin.refused')} help="app.help.fraud" back={false} tone="stop" actions={home}>
            <Picture name="shield" tone="stop" />
            <p class="lead">{t('app.admin.refused_lead')}</p>
            <ol class="steps">
              <li>{t('app.outcome.fraud_call')}</li>
              <li>{t('app.admin.refused_card')}</li>
              <li>{t('app.admin.refused_pin')}</li>
            </ol>
          </Page>
        )
      }
      return (
        <Page name="answer-refused" title={t('app.outcome.refused')} help="app.help.outcome" back={false} actions={home}>
          <Picture name="cross" tone="care" />
          <p class="lead">{t('app.outcome.refused_lead', { name })}</p>
        </Page>
      )
    case 'fraud':
      return (
        <Page name="fraud" title={t('app.outcome.fraud')} help="app.help.fraud" back={false} tone="stop" actions={home}>
          <Picture name="shield" tone="stop" />
          <p class="lead">{t('app.outcome.fraud_lead', { name })}</p>
          <ol class="steps">
            <li>{t('app.outcome.fraud_call')}</li>
            <li>{t('app.outcome.fraud_code')}</li>
            <li>{t('app.outcome.fraud_bank')}</li>
          </ol>
        </Page>
      )
    case 'expired':
    case 'gone':
      return (
        <Page name="request-expired" title={outcome.kind === 'expired' ? t('app.outcome.expired') : t('app.outcome.gone')} help="app.help.outcome" back={false} tone="care" actions={home}>
          <Picture name="clock" tone="care" />
          <p class="lead">{t(outcome.kind === 'expired' ? 'app.outcome.expired_lead' : 'app.outcome.gone_lead', { name })}</p>
          {outcome.left !== undefined && <p class="note care">{outcome.left === 1 ? t('app.left.one') : t('app.left.more', { left: outcome.left })}</p>}
        </Page>
      )
  }
}
