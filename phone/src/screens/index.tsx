// Which screen is drawn for which picture: the table of contents of the app.
import { endingOf, screenOf, type State } from '../state.ts'
import { Approval, ApprovalCode } from './approval.tsx'
import { BankChoice, BankMissing } from './bank.tsx'
import { Code } from './code.tsx'
import { Country } from './country.tsx'
import { Email } from './email.tsx'
import { Ended } from './ended.tsx'
import { Handover, Return, Stranger } from './handover.tsx'
import { Home } from './home.tsx'
import { Number } from './number.tsx'
import { OutcomeScreen } from './outcome.tsx'
import { Receipts } from './receipts.tsx'
import { CodeNew, EmailNew, NumberCode, NumberNew } from './account/changes.tsx'
import { Close } from './account/close.tsx'
import { ConfirmAct } from './account/confirm-act.tsx'
import { Events, HistoryEntry, MyHistory } from './account/history.tsx'
import { Menu } from './account/menu.tsx'
import { Messages, Suspicious } from './account/messages.tsx'
import { MyData } from './account/my-data.tsx'
import { Partner, Partners } from './account/partners.tsx'
import { NewPhone, Vouch } from './account/phones.tsx'
import { Block, BlockCode, Careful, Safety } from './account/safety.tsx'
import { About, Language } from './side.tsx'
import { Sms } from './sms.tsx'
import { BrokenScreen, Expired, Loading, Pause, RefusedScreen, Wait } from './stops.tsx'
import { NoToken, Token } from './token.tsx'
import { Welcome } from './welcome.tsx'

export function Screen({ state }: { state: State }) {
  const name = screenOf(state)
  switch (name) {
    case 'loading':
      return <Loading />
    case 'broken':
      return state.broken && <BrokenScreen why={state.broken} />
    case 'ended':
      return <EndedNow state={state} />
    case 'welcome':
      return <Welcome />
    case 'vouch':
      return <Vouch />
    case 'number':
      return <Number />
    case 'country':
      return <Country />
    case 'email':
      return <Email />
    case 'bank':
      return <BankChoice />
    case 'bank-missing':
      return <BankMissing />
    case 'token':
      return <Token />
    case 'no-token':
      return <NoToken />
    case 'handover':
      return <Handover />
    case 'return':
      return <Return />
    case 'stranger':
      return <Stranger />
    case 'sms':
      return <Sms />
    case 'code':
      return <Code />
    case 'pause':
      return <Pause />
    case 'refused':
      return <RefusedScreen />
    case 'wait':
      return <Wait />
    case 'expired':
      return <Expired />
    case 'home':
      return <Home />
    case 'approval':
      return <Approval />
    case 'approval-code':
      return <ApprovalCode />
    case 'approved':
    case 'answer-refused':
    case 'fraud':
    case 'request-expired':
      return state.outcome && <OutcomeScreen key={name} outcome={state.outcome} />
    case 'menu':
      return <Menu />
    case 'my-data':
      return <MyData />
    case 'confirm-act':
      return <ConfirmAct />
    case 'number-new':
      return <NumberNew />
    case 'number-code':
      return <NumberCode />
    case 'email-new':
      return <EmailNew />
    case 'code-new':
      return <CodeNew />
    case 'my-history':
      return <MyHistory />
    case 'history-entry':
      return <HistoryEntry />
    case 'events':
      return <Events />
    case 'partners':
      return <Partners />
    case 'partner':
      return <Partner />
    case 'messages':
      return <Messages />
    case 'suspicious':
      return <Suspicious />
    case 'new-phone':
      return <NewPhone />
    case 'safety':
      return <Safety />
    case 'block':
      return <Block />
    case 'careful':
      return <Careful />
    case 'block-code':
      return <BlockCode />
    case 'close':
      return <Close />
    case 'receipts':
      return <Receipts />
    case 'language':
      return <Language />
    case 'about':
      return <About />
  }
}

function EndedNow({ state }: { state: State }) {
  const ended = endingOf(state)
  return ended && <Ended ended={ended} />
}
