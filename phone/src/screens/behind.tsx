// What lies behind the menu, and other screens that come later: one chunk of their own.
import type { ComponentType } from 'preact'
import type { ScreenName } from '../state.ts'
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
import { Elsewhere } from './elsewhere.tsx'
import { Receipts } from './receipts.tsx'
import { Scan } from './scan.tsx'
import { Unshown } from './unshown.tsx'
import { About, Language } from './side.tsx'

export const BEHIND = {
  menu: Menu,
  'my-data': MyData,
  'confirm-act': ConfirmAct,
  'number-new': NumberNew,
  'number-code': NumberCode,
  'email-new': EmailNew,
  'code-new': CodeNew,
  'my-history': MyHistory,
  'history-entry': HistoryEntry,
  events: Events,
  partners: Partners,
  partner: Partner,
  messages: Messages,
  suspicious: Suspicious,
  'new-phone': NewPhone,
  safety: Safety,
  block: Block,
  careful: Careful,
  'block-code': BlockCode,
  close: Close,
  receipts: Receipts,
  language: Language,
  about: About,
  vouch: Vouch,
  scan: Scan,
  elsewhere: Elsewhere,
  unshown: Unshown,
} satisfies Partial<Record<ScreenName, ComponentType>>
