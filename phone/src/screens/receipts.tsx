import { useEffect } from 'preact/hooks'
import { loadHistory } from '../journeys/settings.ts'
import type { Entry } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { lookOf } from './approval/kinds.ts'
import { amountOf } from './approval/payment.tsx'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'

const RESULTS: Record<Entry['receipt']['res'], { word: Key; icon: 'check' | 'cross' | 'warn'; tone: string }> = {
  ok: { word: 'app.receipts.ok', icon: 'check', tone: 'good' },
  rejected: { word: 'app.receipts.rejected', icon: 'cross', tone: 'care' },
  fraud: { word: 'app.receipts.fraud', icon: 'warn', tone: 'stop' },
}

/** The history of this phone's answers, from its own encrypted receipts. */
export function Receipts() {
  const { app, state, t } = useUi()
  useEffect(() => {
    void loadHistory(app)
  }, [app])
  return (
    <Page name="receipts" title={t('app.receipts.title')} help="app.help.receipts">
      <p class="lead">{t('app.receipts.lead')}</p>
      {state.history.length > 0 ? <Entries entries={state.history} /> : <p class="note">{t('app.receipts.none')}</p>}
    </Page>
  )
}

export function Entries({ entries }: { entries: Entry[] }) {
  const { state, t } = useUi()
  const short = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const
  const time = (seconds: number) => {
    const date = new Date(seconds * 1000)
    const year = date.getFullYear() === new Date().getFullYear() ? {} : ({ year: 'numeric' } as const)
    return new Intl.DateTimeFormat(`${state.lang}-BE`, { ...short, ...year }).format(date)
  }
  return (
    <ul class="rows">
      {entries.map(({ request, receipt }) => {
        const result = RESULTS[receipt.res]
        return (
          <li key={receipt.seq} class="row still" data-testid="receipt" data-result={receipt.res} data-kind={request.kind}>
            <span class="with-icon">
              <Icon name={lookOf(request.kind).icon} />
              <span>
                <strong>{request.rp.name}</strong>
                <span class="under">
                  {request.title} · {time(receipt.ts)}
                </span>
                {request.kind === 'payment' && <span class="under figures">{amountOf(request)}</span>}
              </span>
            </span>
            <span class={`result ${result.tone}`}>
              <Icon name={result.icon} size={20} /> {t(result.word)}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
