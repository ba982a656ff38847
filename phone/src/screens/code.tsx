import { useEffect, useState } from 'preact/hooks'
import { chooseCode, confirmCode } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icons.tsx'
import { useLooking } from '../ui/looking.ts'
import { Pad } from '../ui/pad.tsx'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

/** Somebody who has an account: the phone that holds it is asked, and may say no. */
function useMoving(): boolean {
  const { state } = useUi()
  const moving = state.view?.account_known === true
  useLooking(moving)
  return moving
}

export function Code() {
  const { app, state, t } = useUi()
  const moving = useMoving()
  const [code, setCode] = useState('')
  const send = (typed = code) => {
    if (typed.length === 5) chooseCode(app, typed)
  }
  useEffect(() => {
    if (state.problem) setCode('')
  }, [state.problem])
  return (
    <Page name="code" title={t('app.code.title')} help="app.help.code" step="code" actions={<Primary id="continue" disabled={code.length < 5} onClick={() => send()}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.code.lead')}</p>
      {moving && (
        <div class="note care" data-testid="account-known">
          <Icon name="info" size={20} />
          <div class="stack">
            <p>{t('app.code.account_known')}</p>
            <p>{t('app.code.old_phone')}</p>
          </div>
        </div>
      )}
      <Trouble />
      <Pad label={t('app.code.title')} code={code} onCode={setCode} onDone={send} />
      <p class="soft">{t('app.code.alone')}</p>
    </Page>
  )
}

export function CodeAgain() {
  const { app, state, t } = useUi()
  useMoving()
  const [code, setCode] = useState('')
  const send = (typed = code) => {
    if (typed.length === 5) void confirmCode(app, typed)
  }
  useEffect(() => {
    if (state.problem && state.problem.code !== 'offline') setCode('')
  }, [state.problem])
  return (
    <Page name="code-again" title={t('app.code_again.title')} help="app.help.code" step="code" actions={<Primary id="continue" disabled={code.length < 5} onClick={() => send()}>{t('app.code_again.confirm')}</Primary>}>
      <p class="lead">{t('app.code_again.lead')}</p>
      <Trouble />
      <Pad label={t('app.code_again.title')} code={code} onCode={setCode} onDone={send} />
    </Page>
  )
}
