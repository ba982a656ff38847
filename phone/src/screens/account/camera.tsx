// The camera looks for a QR code; what it sees stays on the phone. Nothing runs until the person says so.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ProblemCode } from '../../state.ts'
import { useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { Secondary } from '../../ui/page.tsx'

const LOOK_EVERY_MS = 200
const WIDEST = 640

type Reader = (video: HTMLVideoElement) => Promise<string | null>

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}

/** The browser's own reader where it has one; otherwise ours, on a picture of the frame. */
async function reader(): Promise<Reader> {
  const Own = (globalThis as { BarcodeDetector?: { new (how: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> } }).BarcodeDetector
  if (Own && (await Own.getSupportedFormats().catch((): string[] => [])).includes('qr_code')) {
    const detector = new Own({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null
  }
  const { decodeQR } = await import('qr/decode.js')
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth)
    canvas.width = Math.floor(video.videoWidth * scale)
    canvas.height = Math.floor(video.videoHeight * scale)
    if (!pen || canvas.width === 0) return null
    pen.drawImage(video, 0, 0, canvas.width, canvas.height)
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height))
    } catch {
      return null
    }
  }
}

/** Tells each text once; asked to look again, it tells the same one anew. `atOnce`: the person has just said so. */
export function Camera({ onText, atOnce = false, denied = 'scan_camera' }: { onText: (text: string) => void; atOnce?: boolean; denied?: ProblemCode }) {
  const { app, state, t } = useUi()
  const [on, setOn] = useState(atOnce)
  const video = useRef<HTMLVideoElement>(null)
  const tell = useRef(onText)
  tell.current = onText
  const busy = useRef(false)
  busy.current = state.busy
  const last = useRef('')
  useEffect(() => {
    if (!on) return
    const over = new AbortController()
    const see = (text: string) => {
      if (busy.current || text === last.current) return
      last.current = text
      tell.current(text)
    }
    void watch(video.current, see, over.signal).catch(() => {
      setOn(false)
      app.tell(denied)
    })
    return () => over.abort()
  }, [on, app])
  const start = () => {
    if (state.problem) app.dispatch({ type: 'problem', problem: null })
    last.current = ''
    setOn(true)
  }
  return (
    <div class="camera">
      {on && <video ref={video} data-testid="camera" muted playsInline aria-label={t('app.new_phone.camera')} />}
      {(!on || (state.problem && !atOnce)) && (
        <Secondary id="scan" onClick={start}>
          <Icon name="camera" /> {t('app.new_phone.start')}
        </Secondary>
      )}
    </div>
  )
}

async function watch(video: HTMLVideoElement | null, found: (text: string) => void, over: AbortSignal): Promise<void> {
  if (!video) return
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  const stop = () => stream.getTracks().forEach((track) => track.stop())
  if (over.aborted) return stop()
  over.addEventListener('abort', stop)
  video.srcObject = stream
  await video.play()
  const read = await reader()
  while (!over.aborted) {
    const text = video.readyState >= 2 ? await read(video) : null
    if (text && !over.aborted) found(text)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
