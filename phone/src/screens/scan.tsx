import { useRef } from 'preact/hooks'
import { takeScanned } from '../journeys/scan.ts'
import { readBrought } from '../protocol/scan.ts'
import { useUi } from '../ui/context.ts'
import { Page } from '../ui/page.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { Camera } from './account/camera.tsx'

/** The camera looks for a code on another screen. It changes every two seconds, so an old one is followed by another try. */
export function Scan() {
  const { app, t } = useUi()
  const over = useRef(new Set<string>())
  // Whoever was brought here by an address reads why before the camera starts.
  const atOnce = useRef(app.state.problem?.code !== 'scan_here')
  const see = async (text: string) => {
    const rid = readBrought(text, app.channel.origin)?.rid ?? ''
    if (over.current.has(rid)) return
    await takeScanned(app, text)
    const why = app.state.problem?.code
    if (rid && (why === 'scan_taken' || why === 'scan_over')) over.current.add(rid)
  }
  return (
    <Page name="scan" title={t('app.scan.title')} help="app.help.scan">
      <p class="lead">{t('app.scan.lead')}</p>
      <Camera atOnce={atOnce.current} denied="scan_no_camera" onText={(text) => void see(text)} />
      <Trouble />
      <ul class="plain">
        <li>{t('app.scan.own')}</li>
        <li>{t('app.scan.number')}</li>
      </ul>
      <p class="soft">{t('app.scan.stays')}</p>
    </Page>
  )
}
