// Which screen is drawn for which picture: the table of contents of the app.
import { useEffect, useState } from 'preact/hooks'
import { endingOf, screenOf, type State } from '../state.ts'
import { ApprovalCode } from './approval/code.tsx'
import { Approval } from './approval/index.tsx'
import { BankChoice, BankMissing } from './bank.tsx'
import { Code } from './code.tsx'
import { Country } from './country.tsx'
import { Email } from './email.tsx'
import { Ended } from './ended.tsx'
import { Handover, Return, Stranger } from './handover.tsx'
import { Home } from './home.tsx'
import { Number } from './number.tsx'
import { OutcomeScreen } from './outcome.tsx'
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
    default:
      return <Later key={name} name={name} />
  }
}

function EndedNow({ state }: { state: State }) {
  const ended = endingOf(state)
  return ended && <Ended ended={ended} />
}

/** Screens that nobody needs to see anything of before they ask: fetched while the first ones are looked at. */
export const loadBehind = () => import('./behind.tsx')

type Behind = Awaited<ReturnType<typeof loadBehind>>['BEHIND']

let behind: Behind | null = null

function Later({ name }: { name: keyof Behind }) {
  const [here, setHere] = useState(behind)
  useEffect(() => {
    if (here) return
    // A newer version may have taken this one's files away: then the page is read again.
    loadBehind().then(
      (module) => setHere((behind = module.BEHIND)),
      () => location.reload(),
    )
  }, [here])
  const One = here?.[name]
  return One ? <One /> : <Loading />
}
