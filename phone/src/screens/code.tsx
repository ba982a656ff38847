import { chooseCode } from '../journeys/activate.ts'
import { AlreadyKnown } from '../ui/already.tsx'
import { useUi } from '../ui/context.ts'
import { useLooking } from '../ui/looking.ts'
import { NewCodePad, useNewCode } from '../ui/new-code.tsx'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

/** A code of one's own, twice. Somebody who has an account: the phone that holds it is asked, and may say no. */
export function Code() {
  const { app, state, t } = useUi()
  const moving = state.view?.account_known === true
  useLooking(moving)
  const code = useNewCode((chosen) => void chooseCode(app, chosen))
  return (
    <Page name="code" title={t('app.code.title')} help="app.help.code" step="code" actions={<Primary id="continue" disabled={!code.full} onClick={code.give}>{t('app.code.confirm')}</Primary>}>
      {moving ? <AlreadyKnown oldPhone /> : !state.problem && <p class="lead">{t('app.code.lead')}</p>}
      <Trouble />
      <NewCodePad label={t('app.code.title')} code={code} />
      <p class="soft">{t('app.code.alone')}</p>
    </Page>
  )
}
