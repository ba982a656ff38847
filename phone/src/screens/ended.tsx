// This phone's part in the account is over: what happened in a sentence, and the way back as the one button.
import { HELP_ENDING, sitePage } from '../help.ts'
import { reactivate, startAnew } from '../journeys/again.ts'
import type { State } from '../state.ts'
import type { Key } from '../texts/index.ts'
import { moment } from '../ui/clock.tsx'
import { useUi } from '../ui/context.ts'
import { HelpLink } from '../ui/help-link.tsx'
import type { IconName } from '../ui/icons.tsx'
import { Page, Picture, Primary } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { TermsLine } from './terms.tsx'

type Why = NonNullable<State['ended']>['why']

const WORDS: Record<Why, { icon: IconName; tone: 'care' | 'stop'; title: Key; lead: Key }> = {
  replaced: { icon: 'phone', tone: 'care', title: 'app.ended.replaced.title', lead: 'app.ended.replaced.lead' },
  citizen: { icon: 'lock', tone: 'stop', title: 'app.ended.citizen.title', lead: 'app.ended.citizen.lead' },
  block_code: { icon: 'lock', tone: 'stop', title: 'app.ended.block_code.title', lead: 'app.ended.block_code.lead' },
  card: { icon: 'lock', tone: 'stop', title: 'app.ended.card.title', lead: 'app.ended.card.lead' },
  wrong_codes: { icon: 'lock', tone: 'stop', title: 'app.ended.wrong_codes.title', lead: 'app.ended.wrong_codes.lead' },
  stop_code: { icon: 'shield', tone: 'stop', title: 'app.ended.stop_code.title', lead: 'app.ended.stop_code.lead' },
  helpdesk: { icon: 'lock', tone: 'stop', title: 'app.ended.helpdesk.title', lead: 'app.ended.helpdesk.lead' },
  closed: { icon: 'check', tone: 'care', title: 'app.ended.closed.title', lead: 'app.ended.closed.lead' },
  unknown: { icon: 'phone', tone: 'care', title: 'app.ended.unknown.title', lead: 'app.ended.unknown.lead' },
  forgotten: { icon: 'lock', tone: 'care', title: 'app.ended.forgotten.title', lead: 'app.ended.forgotten.lead' },
}

export function Ended({ ended: { why, at } }: { ended: NonNullable<State['ended']> }) {
  const { app, state, t } = useUi()
  const words = WORDS[why]
  const closed = why === 'closed'
  return (
    <Page
      name="ended"
      title={t(words.title)}
      help="app.help.ended"
      back={why === 'forgotten'}
      tone={words.tone}
      actions={
        <>
          <Primary id="reactivate" onClick={() => void (closed ? startAnew(app) : reactivate(app))}>
            {t(closed ? 'app.ended.anew' : 'app.reactivate')}
          </Primary>
          {!closed && <TermsLine />}
        </>
      }
    >
      <Picture name={words.icon} tone={words.tone} />
      <div class="stack" data-testid="ended" data-why={why}>
        <p class="lead">{t(words.lead)}</p>
        {at !== undefined && why !== 'forgotten' && <p class="soft">{t('app.ended.at', { when: moment(state.lang, at) })}</p>}
        <p>{t(closed ? 'app.ended.anew_next' : 'app.ended.next')}</p>
      </div>
      {why === 'wrong_codes' && <p class="note">{t('app.ended.wrong_codes.not_you')}</p>}
      {SOMEBODY.has(why) && <NotYou />}
      <HelpLink about={HELP_ENDING[why]} />
      <Trouble />
    </Page>
  )
}

/** Where an account may be in somebody else's hands. */
const SOMEBODY: ReadonlySet<Why> = new Set(['replaced', 'unknown'])

function NotYou() {
  const { state, t } = useUi()
  const href = sitePage(state, '/block')
  return (
    <div class="note care">
      <p>
        {t('app.ended.not_you')}{' '}
        {href && (
          <a href={href} target="_blank" rel="noopener noreferrer" data-testid="block">
            {t('app.ended.block')}
          </a>
        )}
      </p>
    </div>
  )
}
