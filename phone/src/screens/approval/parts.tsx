// The parts every request shows, whatever its kind: who, what, from where, and the answers that are no yes.
import type { ComponentChildren } from 'preact'
import { refuse, reportFraud } from '../../journeys/approve.ts'
import type { Request } from '../../protocol/messages.ts'
import type { Waiting } from '../../state.ts'
import type { Say } from '../../texts/index.ts'
import { useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { Secondary } from '../../ui/page.tsx'
import { lookOf } from './kinds.ts'

export function useOpen(): Waiting | undefined {
  const { state } = useUi()
  return state.waiting.find((one) => one.request.rid === state.open?.rid)
}

/** Somebody activates this account on another phone; it goes by its title, which only the operator can sign. */
export const asksForNewPhone = (t: Say, request: Request): boolean => request.kind === 'admin' && request.title === t('approval.new_phone')

/** Always visible under the answer. For a phone of one's own there is one no: it stops whoever is at it. */
export function OtherAnswers({ newPhone }: { newPhone: boolean }) {
  const { app, t } = useUi()
  if (newPhone) {
    return (
      <Secondary id="refuse" tone="stop" onClick={() => void refuse(app)}>
        <Icon name="warn" /> {t('app.admin.refuse')}
      </Secondary>
    )
  }
  return (
    <div class="pair">
      <Secondary id="refuse" onClick={() => void refuse(app)}>
        <Icon name="cross" /> {t('approval.refuse')}
      </Secondary>
      <Secondary id="fraud" tone="stop" onClick={() => void reportFraud(app)}>
        <Icon name="warn" /> {t('approval.fraud')}
      </Secondary>
    </div>
  )
}

/** Name and domain, why it asks in its own words, and how often one has been there. */
export function Who({ request, times }: { request: Request; times: number }) {
  const { t } = useUi()
  return (
    <div class="who" data-testid="who">
      <h2>{request.rp.name}</h2>
      <p class="domain">{request.rp.domain}</p>
      {request.purpose && (
        <p class="purpose" data-testid="purpose">
          <span class="soft">{t('approval.purpose')}</span> {request.purpose}
        </p>
      )}
      {request.kind !== 'admin' && <p class="soft">{times === 0 ? t('approval.first_time') : times === 1 ? t('approval.once') : t('approval.times', { n: times })}</p>}
    </div>
  )
}

export function What({ request }: { request: Request }) {
  return (
    <p class={`what ${request.kind}`} data-testid="what" data-kind={request.kind}>
      <Icon name={lookOf(request.kind).icon} /> <strong>{request.title}</strong>
    </p>
  )
}

export function Details({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="details">
      <h3>{title}</h3>
      {children}
    </div>
  )
}

export function From({ request }: { request: Request }) {
  const { t } = useUi()
  return (
    <div class="from" data-testid="from">
      <h3>{t('approval.from')}</h3>
      <p>{request.from}</p>
    </div>
  )
}
