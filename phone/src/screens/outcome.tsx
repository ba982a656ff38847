import { block, mute } from '../journeys/safety.ts'
import type { Kind, Request } from '../protocol/messages.ts'
import type { Outcome } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Picture, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { moment } from './account/parts.tsx'
import { BackToService, useWayBack } from './approval/back.tsx'
import { asksForNewPhone } from './approval/parts.tsx'
import { amountOf, payeeOf } from './approval/payment.tsx'

const APPROVED: Record<Kind, Key> = {
  login: 'app.outcome.approved', share: 'app.outcome.shared', payment: 'app.outcome.paid', text: 'app.outcome.confirmed', admin: 'app.outcome.approved', act: 'app.outcome.approved',
}
const REFUSED: Partial<Record<Kind, Key>> = { payment: 'app.outcome.refused_payment', text: 'app.outcome.refused_text' }

/** What became of a request. */
export function OutcomeScreen({ outcome }: { outcome: Outcome }) {
  const { app, t } = useUi()
  const { kind } = outcome.request
  const back = useWayBack(outcome)
  const name = outcome.request.rp.name
  const admin = outcome.request.kind === 'admin'
  const newPhone = asksForNewPhone(t, outcome.request)
  const home = back ? (
    <>
      <BackToService address={back} name={name} />
      <Secondary id="to-home" onClick={() => app.dispatch({ type: 'close' })}>
        {t('app.outcome.home')}
      </Secondary>
    </>
  ) : (
    <Primary id="to-home" onClick={() => app.dispatch({ type: 'close' })}>
      {t('app.outcome.home')}
    </Primary>
  )
  switch (outcome.kind) {
    case 'approved':
      if (newPhone) {
        return (
          <Page name="approved" title={t('app.admin.approved')} help="app.help.outcome" back={false} tone="good" actions={home}>
            <Picture name="phone" tone="good" />
            <p class="lead">{t('app.admin.approved_lead')}</p>
            <p>{t('app.admin.approved_next')}</p>
          </Page>
        )
      }
      return (
        <Page name="approved" title={t(APPROVED[kind])} help="app.help.outcome" back={false} tone="good" actions={home}>
          <Picture name="check" tone="good" />
          <p class="lead">{admin ? t('app.admin.other_approved') : t(back ? 'app.outcome.going_back' : 'app.outcome.approved_lead', { name })}</p>
          {kind === 'payment' && <Paid request={outcome.request} />}
          <p class="soft">{t('app.outcome.kept')}</p>
        </Page>
      )
    case 'refused':
      if (newPhone) {
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
          <p class="lead">{admin ? t('app.admin.other_refused') : t(REFUSED[kind] ?? 'app.outcome.refused_lead', { name })}</p>
          {back && <p>{t('app.outcome.going_back', { name })}</p>}
        </Page>
      )
    case 'fraud':
      return <Fraud outcome={outcome} />
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

function Paid({ request }: { request: Request }) {
  const { t } = useUi()
  return (
    <p class="summary pay" data-testid="summary">
      <strong class="figures">{amountOf(request)}</strong>
      <span>{t('approval.to', { name: payeeOf(request) })}</span>
    </p>
  )
}

/** Somebody else is at it: two things that help at once, and that nothing more is needed. */
function Fraud({ outcome: { request } }: { outcome: Outcome }) {
  const { app, state, t } = useUi()
  const { name } = request.rp
  const { muted } = state.account
  const done = () => {
    app.dispatch({ type: 'account', change: { muted: null } })
    app.dispatch({ type: 'close' })
  }
  return (
    <Page
      name="fraud"
      title={t('app.outcome.fraud')}
      help="app.help.fraud"
      back={false}
      tone="stop"
      actions={
        <>
          {request.kind !== 'admin' && muted === null && (
            <Secondary id="mute" onClick={() => void mute(app, request.rid)}>
              <Icon name="bell" /> {t('app.outcome.mute')}
            </Secondary>
          )}
          <Secondary id="block-now" tone="stop" onClick={() => void block(app)}>
            <Icon name="lock" /> {t('app.block.now')}
          </Secondary>
          <Primary id="to-home" onClick={done}>
            {t('app.outcome.nothing_more')}
          </Primary>
        </>
      }
    >
      <Picture name="shield" tone="stop" />
      <p class="lead">{request.kind === 'admin' ? t('app.admin.other_refused') : t('app.outcome.fraud_lead', { name })}</p>
      <div role="status">{muted !== null && <p class="note good" data-testid="muted">{t('app.outcome.muted', { name, when: moment(state.lang, muted) })}</p>}</div>
      <Trouble />
      <ol class="steps">
        <li>{t('app.outcome.fraud_call')}</li>
        <li>{t('app.outcome.fraud_code')}</li>
        <li>{t('app.outcome.fraud_bank')}</li>
      </ol>
      <p class="soft">{t('app.outcome.block_when')}</p>
    </Page>
  )
}
