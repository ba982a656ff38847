import { useState } from 'preact/hooks'
import { goToBank, typeReturn } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { Clock } from '../ui/clock.tsx'
import { Digits } from '../ui/digits.tsx'
import { useLooking } from '../ui/looking.ts'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

/** What somebody finds who comes back from the bank without an answer. */
export function Handover() {
  const { app, state, t } = useUi()
  useLooking()
  const { view } = state
  const bank = state.banks.find((one) => one.id === view?.bank)
  const name = bank?.name ?? view?.bank ?? ''
  const typed = () => app.dispatch({ type: 'revisit', to: 'typed' })
  if (view?.handover?.returned) {
    return (
      <Page name="handover" title={t('app.handover.returned')} help="app.help.return" step="bank" actions={<Primary id="type-return" onClick={typed}>{t('app.handover.type')}</Primary>}>
        <p class="lead">{t('app.handover.returned_lead', { bank: name })}</p>
        <Trouble />
      </Page>
    )
  }
  return (
    <Page
      name="handover"
      title={t('app.handover.title', { bank: name })}
      help="app.help.handover"
      step="bank"
      actions={
        <>
          <Primary id="to-bank" onClick={() => goToBank(app)}>
            {t('app.handover.again', { bank: name })}
          </Primary>
          <Secondary id="type-return" onClick={typed}>
            {t('app.handover.type')}
          </Secondary>
        </>
      }
    >
      <p class="lead">{t('app.handover.lead', { bank: name })}</p>
      {view?.handover && <Clock until={view.handover.expires} />}
      <p class="note care">{t('app.bank.check')}</p>
      <Trouble />
    </Page>
  )
}

export function Return() {
  const { app, t } = useUi()
  const [digits, setDigits] = useState('')
  const send = () => void typeReturn(app, digits)
  return (
    <Page name="return" title={t('app.return.title')} help="app.help.return" step="bank" actions={<Primary id="continue" onClick={send}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.return.lead')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <Digits id="return-digits" label={t('app.return.label')} length={6} value={digits} onValue={setDigits} />
        <Trouble />
      </form>
      <p class="note care">{t('app.return.warning')}</p>
    </Page>
  )
}

/** Somebody came back from a bank, but nothing was started here. */
export function Stranger() {
  const { app, t } = useUi()
  const leave = async () => {
    await app.store.write({ values: { return: undefined } })
    app.dispatch({ type: 'stranger', stranger: false })
  }
  return (
    <Page name="stranger" title={t('app.stranger.title')} help="app.help.return" back={false} tone="care" actions={<Primary id="continue" onClick={() => void leave()}>{t('app.stranger.understood')}</Primary>}>
      <p class="lead">{t('app.stranger.lead')}</p>
      <ul class="plain">
        <li>{t('app.stranger.mine')}</li>
        <li>{t('app.stranger.not_mine')}</li>
      </ul>
    </Page>
  )
}
