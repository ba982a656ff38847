import { callingCode } from '../countries.ts'
import { useUi } from './context.ts'
import { Icon } from './icons.tsx'

/** Country and number of a phone, as people write them. */
export function NumberFields() {
  const { app, state, t } = useUi()
  const country = new Intl.DisplayNames([state.lang], { type: 'region' }).of(state.country) ?? state.country
  const code = callingCode(state.country)
  return (
    <>
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
            aria-invalid={state.problem?.code.startsWith('number') ?? false}
            onInput={(event) => app.dispatch({ type: 'typed', typed: event.currentTarget.value })}
          />
        </div>
      </div>
    </>
  )
}
