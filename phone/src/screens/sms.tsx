import { useState } from 'preact/hooks'
import { giveSms, resend } from '../journeys/activate.ts'
import { AlreadyKnown } from '../ui/already.tsx'
import { span } from '../ui/clock.tsx'
import { unbroken, useNow, useUi } from '../ui/context.ts'
import { Digits } from '../ui/digits.tsx'
import { Icon } from '../ui/icons.tsx'
import { useLooking } from '../ui/looking.ts'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { triesLeft, Trouble } from '../ui/trouble.tsx'

export function Sms() {
  const { app, state, t } = useUi()
  const [code, setCode] = useState('')
  const send = () => void giveSms(app, code)
  const sms = state.view?.sms
  const card = state.view?.method === 'eid'
  useLooking(card)
  const inbox = state.world?.test_world ? state.world.inbox : undefined
  return (
    <Page
      name="sms"
      title={t('app.sms.title')}
      help={card ? 'app.help.sms_eid' : 'app.help.sms'}
      step="sms"
      actions={
        <Primary id="continue" onClick={send}>
          {t('app.continue')}
        </Primary>
      }
    >
      <AlreadyKnown />
      <p class="lead">{t(card ? 'app.sms.lead_eid' : 'app.sms.lead', { number: unbroken(state.view?.number) })}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <Digits id="sms" label={t('app.sms.label')} length={5} value={code} onValue={setCode} oneTime />
        <Trouble />
      </form>
      {sms && sms.left < 3 && !state.problem && <p class="note">{triesLeft(t, sms.left)}</p>}
      {sms && <Resend at={sms.resend_at} onResend={() => void resend(app).then(() => setCode(''))} />}
      {card && (
        <div class="note">
          <Icon name="info" size={20} />
          <div class="stack">
            <p>{t('app.sms.same_number')}</p>
            <Secondary id="change-number" onClick={() => app.dispatch({ type: 'revisit', to: 'number' })}>
              {t('app.sms.change_number')}
            </Secondary>
          </div>
        </div>
      )}
      {inbox && (
        <p class="soft">
          {t('app.sms.demo')}{' '}
          <a href={inbox} target="_blank" rel="noopener noreferrer">
            {inbox}
          </a>
        </p>
      )}
    </Page>
  )
}

/** Another SMS, when it may be asked; until then the clock says how long. */
export function Resend({ at, onResend }: { at: number; onResend: () => void }) {
  const { t } = useUi()
  const wait = at - useNow()
  return (
    <div class="resend">
      <p>{t('app.sms.nothing')}</p>
      {wait > 0 ? (
        <p class="soft" data-testid="resend-wait">
          {t('app.sms.resend_in', { span: span(t, wait) })}
        </p>
      ) : (
        <Secondary id="resend" onClick={onResend}>
          {t('app.sms.resend')}
        </Secondary>
      )}
    </div>
  )
}
