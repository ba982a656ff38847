import { useEffect, useState } from 'preact/hooks'
import { chooseCode, confirmCode } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { Pad } from '../ui/pad.tsx'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

export function Code() {
  const { app, state, t } = useUi()
  const [code, setCode] = useState('')
  const send = (typed = code) => {
    if (typed.length === 5) chooseCode(app, typed)
  }
  useEffect(() => {
    if (state.problem) setCode('')
  }, [state.problem])
  return (
    <Page name="code" title={t('app.code.title')} help="app.help.code" step={[6, 'app.step.code']} actions={<Primary id="continue" disabled={code.length < 5} onClick={() => send()}>{t('app.continue')}</Primary>}>
      <p class="lead">{t('app.code.lead')}</p>
      {state.view?.account_known && <p class="note care">{t('app.code.account_known')}</p>}
      <Trouble />
      <Pad label={t('app.code.title')} code={code} onCode={setCode} onDone={send} />
      <p class="soft">{t('app.code.alone')}</p>
    </Page>
  )
}

export function CodeAgain() {
  const { app, state, t } = useUi()
  const [code, setCode] = useState('')
  const send = (typed = code) => {
    if (typed.length === 5) void confirmCode(app, typed)
  }
  useEffect(() => {
    if (state.problem && state.problem.code !== 'offline') setCode('')
  }, [state.problem])
  return (
    <Page name="code-again" title={t('app.code_again.title')} help="app.help.code" step={[6, 'app.step.code']} actions={<Primary id="continue" disabled={code.length < 5} onClick={() => send()}>{t('app.code_again.confirm')}</Primary>}>
      <p class="lead">{t('app.code_again.lead')}</p>
      <Trouble />
      <Pad label={t('app.code_again.title')} code={code} onCode={setCode} onDone={send} />
    </Page>
  )
}
