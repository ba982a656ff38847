import { useEffect, useState } from 'preact/hooks'
import { giveToken, takeWay } from '../journeys/token.ts'
import { readToken, sortOf, strangers, TOKEN_LENGTH } from '../token-letters.ts'
import type { Key } from '../texts/index.ts'
import { useUi, unbroken } from '../ui/context.ts'
import { Boxes } from '../ui/digits.tsx'
import { Icon } from '../ui/icons.tsx'
import { useLooking } from '../ui/looking.ts'
import { NumberFields } from '../ui/number-fields.tsx'
import { Page, Primary, Secondary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

const SORTS: Record<ReturnType<typeof sortOf>, Key> = { capital: 'app.token.capital', small: 'app.token.small', digit: 'app.token.digit' }

/** What stands on the computer: the number given there and the six characters it shows; capital and small letters count. */
export function Token() {
  const { app, state, t } = useUi()
  const [token, setToken] = useState(state.token)
  const proven = state.view?.step === 'token'
  const mending = state.view?.step === 'sms'
  useLooking(proven)
  useEffect(() => setToken(state.token), [state.token])
  const send = () => void giveToken(app, token)
  const change = (typed: string) => {
    if (state.problem) app.dispatch({ type: 'problem', problem: null })
    setToken(typed)
  }
  const strange = strangers(token)
  return (
    <Page
      name="token"
      title={t(proven ? 'app.token.title' : 'app.token.title_both')}
      help="app.help.token"
      step="token"
      actions={
        <>
          <Primary id="continue" onClick={send}>
            {t('app.continue')}
          </Primary>
          {!mending && (
            <Secondary id="no-token" onClick={() => app.dispatch({ type: 'revisit', to: 'no-token' })}>
              {t('app.token.none')}
            </Secondary>
          )}
        </>
      }
    >
      <p class="lead">{t(proven ? 'app.token.lead_proven' : 'app.token.lead')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        {!proven && <NumberFields />}
        <Boxes id="token" label={t('app.token.label')} hint={t('app.token.case')} length={TOKEN_LENGTH} value={token} onValue={change} read={readToken} letters />
        <p class="soft spelled" aria-hidden="true" data-testid="spelled">
          {[...token].filter((sign) => !strange.includes(sign)).map((sign, at) => (
            <span key={at}>{unbroken(t(SORTS[sortOf(sign)], { sign }))} </span>
          ))}
        </p>
        <p role="status" class={strange.length > 0 ? 'note care' : 'unseen'} data-testid="strange">
          {strange.length > 0 && t('app.token.strange', { signs: strange.join(' ') })}
        </p>
        <Trouble />
        {/* Two fields: only with a button of its own does Enter send a form. */}
        <button type="submit" hidden tabIndex={-1} />
      </form>
      {!proven && !mending && (
        <Secondary id="to-bank-way" onClick={() => void takeWay(app, state.known ? 'again' : 'bank')}>
          {t('app.token.bank')}
        </Secondary>
      )}
    </Page>
  )
}

/** Where a token comes from: a computer with a card reader. */
export function NoToken() {
  const { app, state, t } = useUi()
  const place = `${state.world?.issuer ?? ''}/activate`
  return (
    <Page name="no-token" title={t('app.no_token.title')} help="app.help.token" step="token" actions={<Primary id="continue" onClick={() => app.dispatch({ type: 'back' })}>{t('app.no_token.have')}</Primary>}>
      <p class="lead">{t('app.no_token.lead')}</p>
      <p class="place" data-testid="place">
        {state.world?.test_world ? (
          <a href={place} target="_blank" rel="noopener noreferrer">
            {place}
          </a>
        ) : (
          place
        )}
      </p>
      <h2>{t('app.no_token.need')}</h2>
      <ul class="checks">
        {(['app.no_token.need_computer', 'app.no_token.need_reader', 'app.no_token.need_card', 'app.no_token.need_number'] as const).map((key) => (
          <li key={key}>
            <Icon name="check" size={20} /> <span>{t(key)}</span>
          </li>
        ))}
      </ul>
      <div class="note care">
        <Icon name="clock" size={20} />
        <p>{t('app.no_token.minutes')}</p>
      </div>
    </Page>
  )
}
