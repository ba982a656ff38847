// A new phone beside the old one: the new one shows, the old one looks.
import { useEffect, useState } from 'preact/hooks'
import { ourVouch, vouchFor } from '../../journeys/vouch.ts'
import { useNow, useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { useLooking } from '../../ui/looking.ts'
import { Page, Primary } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Camera } from './camera.tsx'
import { DoneLine, isLimited, LimitedLine } from './parts.tsx'
import { Qr } from './qr.tsx'

/** The six words, to be read aloud from one phone to the other. */
export function Words({ words }: { words: readonly string[] }) {
  return (
    <ol class="words" data-testid="words">
      {words.map((word, at) => (
        <li key={at}>{word}</li>
      ))}
    </ol>
  )
}

/** On the old phone. */
export function NewPhone() {
  const { app, state, t } = useUi()
  const [typed, setTyped] = useState('')
  const done = state.account.done === 'new-phone'
  const off = isLimited(state.home?.limited, useNow()) || done
  const send = () => void vouchFor(app, typed)
  return (
    <Page name="new-phone" title={t('app.new_phone.title')} help="app.help.new_phone" actions={!off && typed && <Primary id="continue" onClick={send}>{t('app.continue')}</Primary>}>
      <DoneLine />
      <LimitedLine />
      {!done && <p class="lead">{t('app.new_phone.lead')}</p>}
      {!off && (
        <>
          <ol class="steps">
            <li>{t('app.new_phone.install')}</li>
            <li>{t('app.new_phone.choose')}</li>
            <li>{t('app.new_phone.scan')}</li>
          </ol>
          <Camera onText={(text) => void vouchFor(app, text)} />
          <Trouble />
          <form
            onSubmit={(event) => {
              event.preventDefault()
              send()
            }}
          >
            <div class="field">
              <label for="scanned">{t('app.new_phone.type')}</label>
              <input
                id="scanned"
                data-testid="scanned"
                type="text"
                autocapitalize="none"
                autocomplete="off"
                autocorrect="off"
                spellcheck={false}
                value={typed}
                aria-describedby="trouble"
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            </div>
          </form>
        </>
      )}
    </Page>
  )
}

/** On the new phone: what the old one scans. It only waits. */
export function Vouch() {
  const { app, state, t } = useUi()
  const [shown, setShown] = useState<{ text: string; words: string[] } | null>(null)
  useLooking()
  useEffect(() => {
    void ourVouch(app).then(setShown)
  }, [app, state.view?.activation])
  return (
    <Page name="vouch" title={t('app.vouch.title')} help="app.help.vouch">
      <ol class="steps">
        <li>{t('app.vouch.open')}</li>
        <li>{t('app.vouch.menu')}</li>
        <li>{t('app.vouch.scan')}</li>
      </ol>
      {shown && (
        <>
          <Qr text={shown.text} label={t('app.vouch.qr')} />
          <section class="card">
            <h2>{t('app.vouch.words')}</h2>
            <Words words={shown.words} />
          </section>
          <p class="soft" role="status">
            <Icon name="clock" size={20} /> {t('app.vouch.waiting')}
          </p>
          <details>
            <summary>{t('app.vouch.type')}</summary>
            <p class="place" data-testid="vouch-text">
              {shown.text}
            </p>
          </details>
        </>
      )}
      <Trouble />
    </Page>
  )
}
