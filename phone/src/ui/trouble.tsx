// A problem in place: what happened, what to do next; focus goes to it.
import { useEffect, useRef } from 'preact/hooks'
import type { Problem, ProblemCode } from '../state.ts'
import type { Key, Say } from '../texts/index.ts'
import { HELP_PROBLEM } from '../help.ts'
import { useNow, useUi } from './context.ts'
import { HelpLink } from './help-link.tsx'
import { Icon } from './icons.tsx'
import { span } from './clock.tsx'
import { Secondary } from './page.tsx'

const WORDS: Record<ProblemCode, Key> = {
  offline: 'app.problem.offline', busy: 'app.problem.busy', unexpected: 'app.problem.unexpected', bank_unreachable: 'app.problem.bank_unreachable',
  wait: 'app.problem.wait', number_empty: 'app.problem.number_empty', number_invalid: 'app.problem.number_invalid',
  number_landline: 'app.problem.number_landline', number_premium: 'app.problem.number_premium', number_other: 'app.problem.number_other',
  country_not_served: 'app.problem.country_not_served', email_invalid: 'app.problem.email_invalid', bank_unknown: 'app.problem.bank_unknown',
  return_wrong: 'app.problem.return_wrong', return_length: 'app.problem.return_length',
  token_wrong: 'app.problem.token_wrong', token_case: 'app.problem.token_case', token_expired: 'app.problem.token_expired',
  token_length: 'app.problem.token_length', token_character: 'app.problem.token_character', sms_wrong: 'app.problem.sms_wrong', sms_length: 'app.problem.sms_length', sms_over: 'app.problem.sms_over',
  code_rejected: 'app.problem.code_rejected', code_common: 'app.problem.code_common', code_birthdate: 'app.problem.code_birthdate',
  code_number: 'app.problem.code_number', code_differs: 'app.problem.code_differs', code_paste: 'app.problem.code_paste',
  match_length: 'app.problem.match_length', not_accepted: 'app.problem.not_accepted', not_accepted_last: 'app.problem.not_accepted_last',
  code_wrong: 'app.problem.code_wrong', code_wrong_last: 'app.problem.code_wrong_last', limited: 'app.problem.limited', too_recent: 'app.problem.too_recent',
  bio_rejected: 'app.problem.bio_rejected', bio_failed: 'app.problem.bio_failed', careful: 'app.problem.careful', number_taken: 'app.problem.number_taken',
  scan_old: 'app.problem.scan_old', scan_taken: 'app.problem.scan_taken', scan_over: 'app.problem.scan_over', scan_unknown: 'app.problem.scan_unknown', scan_no_camera: 'app.problem.scan_no_camera', scan_here: 'app.problem.scan_here',
  scan_strange: 'app.problem.scan_strange', scan_camera: 'app.problem.scan_camera', scan_gone: 'app.problem.scan_gone', change_waits: 'app.problem.change_waits', terms_outdated: 'app.problem.terms_outdated', out_of_step: 'app.problem.out_of_step', notifications_denied: 'app.problem.notifications_denied',
}

export function Trouble() {
  const { state, t } = useUi()
  const box = useRef<HTMLDivElement>(null)
  const problem = state.problem
  useEffect(() => {
    if (!problem) return
    box.current?.focus({ preventScroll: true })
    box.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  return (
    <div ref={box} id="trouble" class="trouble" role="alert" tabIndex={-1} data-testid="problem" data-problem={problem?.code}>
      {problem && <Told problem={problem} t={t} />}
    </div>
  )
}

/** How often it may be tried again; after the last try of an SMS, what to do instead. */
export const triesLeft = (t: Say, left: number) => (left === 0 ? t('app.left.none') : left === 1 ? t('app.left.one') : t('app.left.more', { left }))

function Told({ problem, t }: { problem: Problem; t: Say }) {
  const now = useNow()
  const { app } = useUi()
  const { left, until, id } = problem
  return (
    <>
      <Icon name="warn" />
      <div>
        <p>{t(WORDS[problem.code])}</p>
        {left !== undefined && <p>{triesLeft(t, left)}</p>}
        {until !== undefined && until > now && <p>{t('app.again_in', { span: span(t, until - now) })}</p>}
        {id && <p class="soft">{t('app.problem.id', { id })}</p>}
        {(problem.code === 'not_accepted_last' || problem.code === 'code_wrong_last') && (
          <Secondary id="forgot" onClick={() => app.dispatch({ type: 'ended', ended: { why: 'forgotten' } })}>
            {t('app.problem.forgot')}
          </Secondary>
        )}
        <HelpLink about={HELP_PROBLEM[problem.code]} />
      </div>
    </>
  )
}
