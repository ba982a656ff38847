// Draws the app icon once: a lower-case z in the app's own letter, white on #0B6464. Needs Chromium; run by hand:
//   node scripts/icons.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const font = readFileSync(new URL('../node_modules/@fontsource/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-700-normal.woff2', import.meta.url)).toString('base64')
const page = (size, round, letter) => `<style>
  @font-face { font-family: A; src: url(data:font/woff2;base64,${font}); font-weight: 700 }
  * { margin: 0 } body { background: transparent }
  div { width: ${size}px; height: ${size}px; background: #0B6464; border-radius: ${round * size}px; display: grid; place-items: center; overflow: hidden }
  span { font: 700 ${letter * size}px/1 A; color: #fff; transform: translateY(-${0.075 * letter * size}px) }
</style><div><span>z</span></div>`

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const tab = await browser.newPage()
for (const [name, size, round, letter] of [['icon-192', 192, 0.22, 1.02], ['icon-512', 512, 0.22, 1.02], ['icon-maskable-512', 512, 0, 0.78]]) {
  await tab.setViewportSize({ width: size, height: size })
  await tab.setContent(page(size, round, letter))
  await tab.evaluate(() => document.fonts.ready)
  writeFileSync(new URL(`../public/${name}.png`, import.meta.url), await tab.screenshot({ omitBackground: true }))
}
await browser.close()
