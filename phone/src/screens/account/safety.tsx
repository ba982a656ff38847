// Something is wrong: block at once, slow everything down, and the code that blocks without this phone.
import { block, careful, loadBlockCode } from '../../journeys/safety.ts'
import { findable, toggleFindable } from '../../journeys/settings.ts'
import { span } from '../../ui/clock.tsx'
import { useNow, useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { Page, Picture, Primary, Secondary } from '../../ui/page.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Coming, DoneLine, Row, useGo, useLoad } from './parts.tsx'

export function Safety() {
  const { app, state, t } = useUi()
  const go = useGo()
  const found = findable(state)
  return (
    <Page name="safety" title={t('app.safety.title')} help="app.help.safety">
      <p class="lead">{t('app.safety.lead')}</p>
      <ul class="rows">
        <li>
          <Row id="to-block" icon="lock" name={t('app.safety.block')} under={t('app.safety.block_under')} onClick={() => go('block')} />
        </li>
        <li>
          <Row id="to-careful" icon="phone" name={t('app.safety.careful')} under={t('app.safety.careful_under')} onClick={() => go('careful')} />
        </li>
        <li>
          <Row id="to-suspicious" icon="warn" name={t('app.safety.suspicious')} under={t('app.safety.suspicious_under')} onClick={() => go('suspicious')} />
        </li>
        <li>
          <Row id="to-block-code" icon="list" name={t('app.safety.block_code')} under={t('app.safety.block_code_under')} onClick={() => go('block-code')} />
        </li>
      </ul>
      <Trouble />
      <h2 class="small">{t('app.safety.findable')}</h2>
      <Switch id="findable" name={t('app.safety.by_number')} under={t(found ? 'app.safety.by_number_on' : 'app.safety.by_number_off')} on={found} onClick={() => void toggleFindable(app)} />
    </Page>
  )
}

export function Block() {
  const { app, t } = useUi()
  return (
    <Page
      name="block"
      title={t('app.block.title')}
      help="app.help.block"
      tone="stop"
      actions={
        <Secondary id="block-now" tone="stop" onClick={() => void block(app)}>
          <Icon name="lock" /> {t('app.block.now')}
        </Secondary>
      }
    >
      <Picture name="lock" tone="stop" />
      <p class="lead">{t('app.block.lead')}</p>
      <ul class="plain">
        <li>{t('app.block.at_once')}</li>
        <li>{t('app.block.told')}</li>
        <li>{t('app.block.back')}</li>
      </ul>
      <Trouble />
    </Page>
  )
}

export function Careful() {
  const { app, state, t } = useUi()
  const left = (state.home?.careful ?? 0) - useNow()
  const on = left > 0
  return (
    <Page
      name="careful"
      title={t('app.careful.title')}
      help="app.help.careful"
      tone="care"
      actions={
        on ? (
          <Secondary id="careful-off" onClick={() => void careful(app, false)}>
            {t('app.careful.over')}
          </Secondary>
        ) : (
          <Primary id="careful-on" onClick={() => void careful(app, true)}>
            {t('app.careful.yes')}
          </Primary>
        )
      }
    >
      <Picture name="phone" tone="care" />
      <p class="lead">{t('app.careful.lead')}</p>
      <Trouble />
      {on && (
        <p class="note care" role="status" data-testid="careful-on-until">
          {t('app.careful.on', { span: span(t, left) })}
        </p>
      )}
      <ol class="steps">
        <li>{t('app.careful.hang_up')}</li>
        <li>{t('app.careful.nobody')}</li>
        <li>{t('app.careful.call_back')}</li>
      </ol>
      <p class="soft">{t('app.careful.what')}</p>
    </Page>
  )
}

export function BlockCode() {
  const { app, state, t } = useUi()
  const { blockCode } = state.account
  const load = () => loadBlockCode(app)
  useLoad(blockCode === null && !state.busy, load)
  const copy = () => {
    if (!blockCode) return
    void navigator.clipboard?.writeText(blockCode).then(
      () => app.dispatch({ type: 'account', change: { done: 'copied' } }),
      () => undefined,
    )
  }
  return (
    <Page
      name="block-code"
      title={t('app.block_code.title')}
      help="app.help.block_code"
      actions={
        <div class="pair">
          <Secondary id="copy" onClick={copy}>
            {t('app.block_code.copy')}
          </Secondary>
          <Secondary id="print" onClick={() => window.print()}>
            {t('app.block_code.print')}
          </Secondary>
        </div>
      }
    >
      <p class="lead">{t('app.block_code.lead')}</p>
      <DoneLine />
      <Trouble />
      <Coming here={blockCode !== null} again={() => void load()} />
      {blockCode && (
        <p class="groups" data-testid="block-code">
          {blockCode.split('-').map((group, at) => (
            <span key={at}>
              {at > 0 && <span class="unseen">-</span>}
              {group}
            </span>
          ))}
        </p>
      )}
      <ul class="plain">
        <li>{t('app.block_code.away')}</li>
        <li>{t('app.block_code.where', { site: new URL(state.world?.issuer ?? app.channel.origin).host })}</li>
        <li>{t('app.block_code.only')}</li>
      </ul>
    </Page>
  )
}
