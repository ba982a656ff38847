// What each kind of request is called and looks like, everywhere it is shown.
import type { Kind } from '../../protocol/messages.ts'
import type { Key } from '../../texts/index.ts'
import type { IconName } from '../../ui/icons.tsx'

interface Look {
  icon: IconName
  /** On the button that does it. */
  verb: Key
  /** In a history. */
  word: Key
}

const ADMIN: Look = { icon: 'phone', verb: 'approval.approve', word: 'app.kind.admin' }

const LOOKS: Record<Kind, Look> = {
  login: { icon: 'login', verb: 'approval.do.login', word: 'app.kind.login' },
  share: { icon: 'share', verb: 'approval.do.share', word: 'app.kind.share' },
  payment: { icon: 'pay', verb: 'approval.do.payment', word: 'app.kind.payment' },
  text: { icon: 'text', verb: 'approval.do.text', word: 'app.kind.text' },
  admin: ADMIN,
  act: ADMIN,
}

/** Also of a kind that only the server's history knows. */
export const lookOf = (kind: string): Look => LOOKS[kind as Kind] ?? ADMIN
