// Which page of the help answers which problem. The site has them under /help/a/<slug>, in every language.
import type { Ending, RefusalCode } from './contract.ts'
import type { ProblemCode, State } from './state.ts'

export type Slug =
  | 'internet' | 'update' | 'pin-lost' | 'forgotten-code' | 'wait-20-minutes' | 'unblock' | 'bank-data-old' | 'bank-app-missing' | 'bank-not-listed'
  | 'authentication-stopped' | 'new-number' | 'new-phone' | 'already-account' | 'token-expired' | 'reader-not-seen' | 'bank-sms-other-number' | 'suspicious-message'
  | 'get-help' | 'no-email' | 'foreign-number' | 'too-young' | 'no-chip' | 'blocked' | 'stop' | 'held' | 'number-taken' | 'lost-phone' | 'storage-gone'
  | 'no-sms' | 'bank-refused' | 'no-request'

export const HELP_PROBLEM: Partial<Record<ProblemCode, Slug>> = {
  offline: 'internet', busy: 'get-help', unexpected: 'get-help', bank_unreachable: 'bank-refused', wait: 'wait-20-minutes',
  number_invalid: 'foreign-number', number_landline: 'get-help', number_premium: 'get-help', number_other: 'get-help', country_not_served: 'foreign-number',
  email_invalid: 'no-email', bank_unknown: 'bank-not-listed', return_wrong: 'bank-refused', token_wrong: 'token-expired', token_case: 'token-expired',
  token_expired: 'token-expired', token_character: 'token-expired', sms_wrong: 'no-sms', sms_over: 'new-number', code_rejected: 'forgotten-code', terms_outdated: 'update',
  not_accepted: 'forgotten-code', not_accepted_last: 'forgotten-code', out_of_step: 'get-help', code_wrong: 'forgotten-code', code_wrong_last: 'forgotten-code',
  number_taken: 'number-taken', careful: 'suspicious-message', too_recent: 'new-phone', limited: 'new-phone', bio_rejected: 'get-help',
  scan_over: 'no-request', scan_taken: 'suspicious-message', scan_here: 'suspicious-message',
}

export const HELP_REFUSAL: Record<RefusalCode, Slug> = {
  bank_refused: 'bank-refused', bank_data_outdated: 'bank-data-old', too_young: 'too-young', sms_exhausted: 'no-sms', number_taken: 'number-taken',
  return_exhausted: 'wait-20-minutes', token_exhausted: 'wait-20-minutes', stopped: 'get-help', wait: 'wait-20-minutes', held: 'held', stopped_card: 'stop',
}

export const HELP_ENDING: Record<Ending | 'forgotten', Slug> = {
  replaced: 'new-phone', citizen: 'blocked', block_code: 'blocked', card: 'blocked', wrong_codes: 'unblock', stop_code: 'stop', helpdesk: 'blocked', closed: 'already-account',
  unknown: 'already-account', forgotten: 'forgotten-code',
}

export const HELP_BROKEN: Record<NonNullable<State['broken']>, Slug> = {
  no_storage: 'storage-gone', untrusted: 'internet', keys_gone: 'storage-gone', out_of_step: 'get-help', no_connection: 'internet',
}

/** Where a page of the site is, once the server has said which site; `null` until then. */
export function sitePage({ world, lang }: Pick<State, 'world' | 'lang'>, path: string): string | null {
  return world && /^https?:\/\//.test(world.issuer) ? `${world.issuer}${path}?lang=${lang}` : null
}
