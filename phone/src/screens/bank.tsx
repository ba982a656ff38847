import { useState } from 'preact/hooks'
import { chooseBank } from '../journeys/activate.ts'
import { takeWay } from '../journeys/token.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

/** Whose bank this phone remembers is led there at once; the list is one tap away. */
export function BankChoice() {
  const { app, state, t } = useUi()
  const [all, setAll] = useState(false)
  const banks = state.view?.banks ?? state.banks
  const known = state.way === 'again' ? banks.find((one) => one.id === state.known?.bank?.id) : undefined
  if (known && !all) {
    return (
      <Page
        name="bank"
        title={t('app.bank.title_known', { bank: known.name })}
        help="app.help.bank"
        step="bank"
        actions={
          <>
            <Primary id={`bank-${known.id}`} onClick={() => void chooseBank(app, known.id)}>
              {t('app.bank.with', { bank: known.name })}
            </Primary>
            <Secondary id="other-bank" onClick={() => setAll(true)}>
              {t('app.bank.other')}
            </Secondary>
            <Secondary id="to-eid" onClick={() => void takeWay(app, 'eid')}>
              {t('app.bank.eid')}
            </Secondary>
          </>
        }
      >
        <p class="lead">{t('app.bank.lead_known', { bank: known.name })}</p>
        <Before />
        <Trouble />
      </Page>
    )
  }
  return (
    <Page name="bank" title={t('app.bank.title')} help="app.help.bank" step="bank">
      <p class="lead">{t('app.bank.lead')}</p>
      <Trouble />
      <ul class="rows" data-testid="banks">
        {banks.map((bank) => (
          <li key={bank.id}>
            <button type="button" class="row" data-testid={`bank-${bank.id}`} aria-disabled={state.busy} onClick={() => void chooseBank(app, bank.id)}>
              <span>
                <strong>{bank.name}</strong>
                {bank.needs_app && <span class="under">{t('app.bank.needs_app')}</span>}
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
      <Before />
      <Secondary id="bank-missing" onClick={() => app.dispatch({ type: 'revisit', to: 'missing' })}>
        {t('app.bank.missing')}
      </Secondary>
      <Secondary id="to-eid" onClick={() => void takeWay(app, 'eid')}>
        {t('app.bank.eid')}
      </Secondary>
    </Page>
  )
}

/** What holds at every bank, said before the way there. */
function Before() {
  const { t } = useUi()
  return (
    <div class="note">
      <Icon name="info" size={20} />
      <div class="stack">
        <p>{t('app.bank.chip')}</p>
        <p>{t('app.bank.check')}</p>
      </div>
    </div>
  )
}

export function BankMissing() {
  const { app, t } = useUi()
  return (
    <Page name="bank-missing" title={t('app.bank_missing.title')} help="app.help.bank" step="bank" actions={
      <>
        <Primary id="to-eid" onClick={() => void takeWay(app, 'eid')}>{t('app.bank.eid')}</Primary>
        <Secondary id="to-banks" onClick={() => app.dispatch({ type: 'back' })}>{t('app.bank_missing.back')}</Secondary>
      </>
    }>
      <p class="lead">{t('app.bank_missing.lead')}</p>
      <ul class="plain">
        <li>{t('app.bank_missing.second')}</li>
        <li>{t('app.bank_missing.eid')}</li>
        <li>{t('app.bank_missing.help')}</li>
      </ul>
    </Page>
  )
}
