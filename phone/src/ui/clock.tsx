// Time that is left, in words; quiet until the last minute.
import type { Say } from '../texts/index.ts'
import { useNow, useUi } from './context.ts'
import { Icon } from './icons.tsx'

/** "19 minuten", "1 minuut", "40 seconden". */
export function span(t: Say, seconds: number): string {
  if (seconds > 90) return t('app.span.minutes', { n: Math.ceil(seconds / 60) })
  if (seconds > 59) return t('app.span.minute')
  return seconds === 1 ? t('app.span.second') : t('app.span.seconds', { n: Math.max(0, seconds) })
}

/** A quiet clock for an expiry; in the last minute it speaks, once at 60 and once at 20 seconds. */
export function Clock({ until }: { until: number }) {
  const { t } = useUi()
  const left = Math.max(0, until - useNow())
  const spoken = left > 60 || left === 0 ? '' : left > 20 ? t('app.clock.minute') : t('app.clock.soon')
  return (
    <div class={left <= 60 ? 'clock late' : 'clock'} data-testid="clock">
      <Icon name="clock" size={20} />
      <span aria-hidden="true">{t('app.clock.left', { span: span(t, left) })}</span>
      <span class="unseen" role="status">
        {spoken}
      </span>
    </div>
  )
}

/** Minutes and seconds as large figures, for a wait. */
export function BigClock({ until }: { until: number }) {
  const { t } = useUi()
  const left = Math.max(0, until - useNow())
  const figures = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return (
    <p class="big-clock" data-testid="clock" role="timer" aria-label={t('app.again_in', { span: span(t, left) })}>
      {figures}
    </p>
  )
}

/** A day and hour in words: "dinsdag 24 november om 14:05". */
export const moment = (lang: string, at: number): string =>
  new Intl.DateTimeFormat(`${lang}-BE`, { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }).format(new Date(at * 1000))
