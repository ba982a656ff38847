// What a phone's camera sees: a Chromium whose camera plays a film of one picture.
import { writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const WIDTH = 640
const HEIGHT = 480

/** A browser for the old phone: its camera plays the file, which may be written later, before the camera is switched on. */
export const openWithCamera = (film) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
  })

/** Films what stands at `selector` of the page, upright and still, as YUV4MPEG2. */
export async function films(page, selector, file) {
  const shot = (await page.locator(selector).screenshot({ animations: 'disabled' })).toString('base64')
  // Another page paints: the app's own policy lets no picture in from outside.
  const easel = await page.context().browser().newPage()
  const grey = await easel.evaluate(
    async ({ shot, width, height }) => {
      const image = new Image()
      image.src = `data:image/png;base64,${shot}`
      await image.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width, height })
      const pen = canvas.getContext('2d')
      pen.fillStyle = '#ffffff'
      pen.fillRect(0, 0, width, height)
      const side = Math.min(width, height) - 40
      const scale = side / Math.max(image.width, image.height)
      pen.drawImage(image, (width - image.width * scale) / 2, (height - image.height * scale) / 2, image.width * scale, image.height * scale)
      const { data } = pen.getImageData(0, 0, width, height)
      let out = ''
      for (let at = 0; at < data.length; at += 4) out += String.fromCharCode(Math.round(16 + (219 * (0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2])) / 255))
      return btoa(out)
    },
    { shot, width: WIDTH, height: HEIGHT },
  )
  await easel.close()
  const luma = Buffer.from(grey, 'base64')
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)])
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), ...Array.from({ length: 10 }, () => frame)]))
}
