import { useMemo, useState } from 'preact/hooks'
import { countries, FAVOURITES, search, type Country as Land } from '../countries.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'

export function Country() {
  const { state, t } = useUi()
  const [words, setWords] = useState('')
  const all = useMemo(() => countries(state.lang), [state.lang])
  const found = search(all, words)
  const favourites = FAVOURITES.map((id) => all.find((one) => one.id === id)).filter((one) => one !== undefined)
  const others = words ? found : found.filter((one) => !FAVOURITES.includes(one.id))
  return (
    <Page name="country" title={t('app.country.title')} help="app.help.country" step={state.way === 'eid' ? 'token' : 'number'}>
      <div class="field">
        <label for="country-search">{t('app.country.search')}</label>
        <input id="country-search" data-testid="country-search" type="search" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      </div>
      <p class="unseen" role="status">
        {words ? t('app.country.found', { n: found.length }) : ''}
      </p>
      {!words && <Lands title={t('app.country.favourites')} lands={favourites} />}
      {others.length > 0 ? <Lands title={words ? t('app.country.results') : t('app.country.others')} lands={others} /> : <p class="note">{t('app.country.none', { words })}</p>}
    </Page>
  )
}

function Lands({ title, lands }: { title: string; lands: Land[] }) {
  const { app, state } = useUi()
  return (
    <section>
      <h2 class="small">{title}</h2>
      <ul class="rows tight">
        {lands.map(({ id, code, name }) => (
          <li key={id}>
            <button type="button" class="row" data-testid={`country-${id}`} aria-pressed={state.country === id} onClick={() => app.dispatch({ type: 'country', country: id })}>
              <span>
                {name} <span class="soft">(+{code})</span>
              </span>
              {state.country === id && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
