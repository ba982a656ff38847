import { callingCode } from '../countries.ts'
import { giveNumber } from '../journeys/activate.ts'
import { unbroken, useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

export function Number() {
  const { app, state, t } = useUi()
  const send = () => void giveNumber(app, state.typed)
  const country = new Intl.DisplayNames([state.lang], { type: 'region' }).of(state.country) ?? state.country
  const code = callingCode(state.country)
  return (
    <Page name="number" title={t('app.number.title')} help="app.help.number" step="number" actions={<Primary id="continue" onClick={send}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.number.lead')}</p>
      {state.view?.number && state.revisit === 'number' && <p class="note">{t('app.number.now', { number: unbroken(state.view.number) })}</p>}
      <form
        class="phone"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <div class="field">
          <span class="label" id="country-label">
            {t('app.number.country')}
          </span>
          <button type="button" class="select" data-testid="country" aria-labelledby="country-label country-value" onClick={() => app.dispatch({ type: 'revisit', to: 'country' })}>
            <span id="country-value">
              {country} <span class="soft">+{code}</span>
            </span>
            <Icon name="down" />
          </button>
        </div>
        <div class="field">
          <label for="number">{t('app.number.label')}</label>
          <p class="hint" id="number-hint">
            {state.country === 'BE' ? t('app.number.hint_be') : t('app.number.hint', { code })}
          </p>
          <div class="with-code">
            <span class="prefix" aria-hidden="true">
              +{code}
            </span>
            <input
              id="number"
              data-testid="number"
              type="tel"
              inputMode="tel"
              autocomplete="tel-national"
              value={state.typed}
              aria-describedby="number-hint trouble"
              aria-invalid={state.problem !== null}
              onInput={(event) => app.dispatch({ type: 'typed', typed: event.currentTarget.value })}
            />
          </div>
        </div>
        <Trouble />
      </form>
    </Page>
  )
}
