import { useEffect } from 'preact/hooks'
import { openRequest } from '../journeys/approve.ts'
import { loadHistory } from '../journeys/settings.ts'
import type { Waiting } from '../state.ts'
import { Clock } from '../ui/clock.tsx'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { Entries } from './receipts.tsx'

export function Home() {
  const { app, state, t } = useUi()
  const { waiting } = state
  useEffect(() => {
    void loadHistory(app)
  }, [app])
  return (
    <Page name="home" title={t('app.home.hello', { name: state.home?.first_name ?? '' })} help="app.help.home" back={false} menu>
      <span class="unseen" data-testid="first-name" aria-hidden="true">
        {state.home?.first_name}
      </span>
      <p class="unseen" role="status">
        {waiting.length > 0 ? t('app.home.waiting') : ''}
      </p>
      <Trouble />
      {waiting.length > 0 ? (
        <section>
          <h2>{t('app.home.waiting')}</h2>
          {waiting.map((one) => (
            <RequestCard key={one.request.rid} waiting={one} />
          ))}
        </section>
      ) : (
        <section class="card calm">
          <Icon name="shield" size={44} />
          <div>
            <h2>{t('app.home.quiet')}</h2>
            <p class="soft">{t('app.home.quiet_lead')}</p>
          </div>
        </section>
      )}
      {state.history.length > 0 && (
        <section>
          <h2 class="small">{t('app.home.recent')}</h2>
          <Entries entries={state.history.slice(0, 3)} />
        </section>
      )}
      <div class="note">
        <Icon name="info" size={20} />
        <p>{t('app.home.never')}</p>
      </div>
    </Page>
  )
}

function RequestCard({ waiting: { request } }: { waiting: Waiting }) {
  const { app, t } = useUi()
  return (
    <button type="button" class="request" data-testid="request" data-rid={request.rid} onClick={() => void openRequest(app, request.rid)}>
      <Icon name="login" size={32} />
      <span class="grow">
        <strong>{request.title}</strong>
        <span>{request.rp.name}</span>
        <Clock until={request.exp} />
      </span>
      <span class="go">
        {t('app.home.look')} <Icon name="next" />
      </span>
    </button>
  )
}
