// Services the person shared something with, and taking that back.
import { loadMyHistory, loadPartners, openPartner, withdraw } from '../../journeys/account/my.ts'
import { useUi } from '../../ui/context.ts'
import { Page, Primary, Secondary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { claimWords, Coming, DoneLine, moment, Row, useLoad } from './parts.tsx'

export function Partners() {
  const { app, state, t } = useUi()
  const { partners } = state.account
  const load = () => loadPartners(app)
  useLoad(partners === null, load)
  return (
    <Page name="partners" title={t('app.partners.title')} help="app.help.partners">
      <p class="lead">{t('app.partners.lead')}</p>
      <Trouble />
      <Coming here={partners !== null} again={() => void load()} />
      {partners?.length === 0 && <p class="note">{t('app.partners.none')}</p>}
      <ul class="rows">
        {partners?.map((one) => (
          <li key={one.id}>
            <Row
              id={`partner-${one.id}`}
              name={one.name}
              under={one.withdrawn ? t('app.partners.withdrawn', { when: moment(state.lang, one.withdrawn, 'day') }) : t('app.partners.last', { when: moment(state.lang, one.last) })}
              onClick={() => openPartner(app, one.id)}
            />
          </li>
        ))}
      </ul>
    </Page>
  )
}

export function Partner() {
  const { app, state, t } = useUi()
  const one = state.account.partners?.find((partner) => partner.id === state.account.partner)
  if (!one) return null
  const toHistory = () => {
    app.dispatch({ type: 'side', side: 'my-history', direct: true })
    void loadMyHistory(app, null, one.id)
  }
  return (
    <Page
      name="partner"
      title={one.name}
      help="app.help.partner"
      actions={
        !one.withdrawn && (
          <Primary id="withdraw" onClick={() => void withdraw(app, one.id)}>
            {t('app.partner.withdraw')}
          </Primary>
        )
      }
    >
      <p class="domain">{one.domain}</p>
      <DoneLine />
      <Trouble />
      {one.withdrawn && <p class="note care">{t('app.partners.withdrawn', { when: moment(state.lang, one.withdrawn, 'day') })}</p>}
      <section class="card">
        <h2>{t('app.partner.shared')}</h2>
        <ul>
          {one.claims.map((claim) => (
            <li key={claim}>{claimWords(t, claim)}</li>
          ))}
        </ul>
        <dl>
          <div>
            <dt>{t('app.partner.first')}</dt>
            <dd>{moment(state.lang, one.first, 'day')}</dd>
          </div>
          <div>
            <dt>{t('app.partner.last')}</dt>
            <dd>{moment(state.lang, one.last)}</dd>
          </div>
          <div>
            <dt>{t('app.partner.times')}</dt>
            <dd>{one.times}</dd>
          </div>
        </dl>
      </section>
      <Secondary id="partner-history" onClick={toHistory}>
        {t('app.partner.history')}
      </Secondary>
      <p class="soft">{t('app.partner.what_happens')}</p>
    </Page>
  )
}
