import { useState } from 'preact/hooks'
import { TERMS } from '../contract.ts'
import { useUi } from '../ui/context.ts'
import { Dialog } from '../ui/dialog.tsx'

const RULES = ['app.terms.rule_1', 'app.terms.rule_2', 'app.terms.rule_3', 'app.terms.rule_4', 'app.terms.rule_5'] as const
const PRIVACY = ['app.terms.privacy_1', 'app.terms.privacy_2', 'app.terms.privacy_3', 'app.terms.privacy_4', 'app.terms.privacy_5'] as const

/** Going on accepts the terms; they open where one stands. */
export function TermsLine() {
  const { t } = useUi()
  const [reading, setReading] = useState(false)
  return (
    <>
      <p class="soft terms-line">
        {t('app.terms.by')}{' '}
        <button type="button" class="inline" data-testid="terms" onClick={() => setReading(true)}>
          {t('app.terms.read')}
        </button>
      </p>
      {reading && <Terms onClose={() => setReading(false)} />}
    </>
  )
}

function Terms({ onClose }: { onClose: () => void }) {
  const { t } = useUi()
  return (
    <Dialog title={t('app.terms.title')} close={t('app.close')} onClose={onClose}>
      <p>{t('app.terms.lead')}</p>
      <h3>{t('app.terms.rules')}</h3>
      <ul class="plain">
        {RULES.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
      <h3>{t('app.terms.privacy')}</h3>
      <ul class="plain">
        {PRIVACY.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
      <p class="soft">{t('app.terms.version', { version: TERMS })}</p>
    </Dialog>
  )
}
