import { giveNumber } from '../journeys/activate.ts'
import { useUi } from '../ui/context.ts'
import { NumberFields } from '../ui/number-fields.tsx'
import { Page, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'

export function Number() {
  const { app, state, t } = useUi()
  const send = () => void giveNumber(app, state.typed)
  return (
    <Page name="number" title={t('app.number.title')} help="app.help.number" step="number" actions={<Primary id="continue" onClick={send}>{t('app.continue')}</Primary>}>
      <p class="lead">{t(state.way === 'again' ? 'app.number.lead_again' : 'app.number.lead')}</p>
      <form
        class="phone"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <NumberFields />
        <Trouble />
      </form>
    </Page>
  )
}
