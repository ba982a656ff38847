// One guide as one A4 page: HTML that stands beside its pictures, and the PDF that Chromium makes of it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { texts } from '../look.mjs'

const FONTS = ['latin-400', 'latin-700', 'latin-ext-400', 'latin-ext-700']
const RANGES = { latin: 'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122', 'latin-ext': 'U+0100-02BA, U+1E00-1E9F' }
const FONT = 'atkinson-hyperlegible-next'
const CSS = `${FONTS.map((name) => `@font-face { font-family: Hyperlegible; font-weight: ${name.endsWith('700') ? 700 : 400}; src: url(${FONT}-${name}.woff2) format("woff2"); unicode-range: ${RANGES[name.replace(/-\d+$/, '')]}; }`).join('\n')}
@page { size: A4; margin: 10mm 11mm; }
* { box-sizing: border-box; }
html { font: 400 9.6pt/1.34 Hyperlegible, sans-serif; color: #14213a; background: #fff; }
body { margin: 0 auto; max-width: 188mm; }
h1, h2, p, ul, ol, figure { margin: 0; padding: 0; }
header { display: flex; align-items: center; gap: 4mm; border-bottom: .6mm solid #0b6464; padding-bottom: 2.4mm; }
header svg { width: 11mm; height: 11mm; flex: none; }
h1 { font-size: 18pt; line-height: 1.15; }
h2 { font-size: 10.6pt; color: #0b6464; }
.need { margin: 2.6mm 0; padding: 2.2mm 3mm; background: #e6f1ef; border-radius: 2mm; display: flex; gap: 1mm 6mm; flex-wrap: wrap; align-items: baseline; }
.need ul { display: contents; list-style: none; }
.need li::before { content: "□ "; color: #0b6464; font-weight: 700; }
.steps { list-style: none; counter-reset: step; display: grid; grid-template-columns: repeat(4, 1fr); gap: 3mm 4mm; }
.steps li { counter-increment: step; display: flex; flex-direction: column; break-inside: avoid; }
.steps p { min-height: 21mm; padding-left: 7.4mm; position: relative; font-size: 9.1pt; line-height: 1.27; }
.steps p::before { content: counter(step); position: absolute; left: 0; top: 0; width: 5.8mm; height: 5.8mm; border-radius: 50%; background: #0b6464; color: #fff; font-weight: 700; display: grid; place-items: center; font-size: 9.4pt; }
.steps img { display: block; width: 41mm; height: 67.2mm; object-fit: cover; object-position: top; border: .3mm solid #7c879b; border-radius: 2.4mm; margin-top: 1mm; }
.two { display: grid; grid-template-columns: 1.45fr 1fr; gap: 4mm; margin-top: 3.4mm; }
.two section { padding: 2.4mm 3.4mm; border-radius: 2mm; background: #fbf8f3; border: .3mm solid #e3ddd2; break-inside: avoid; }
.two .never { background: #fbeae8; border-color: #a3211b55; }
.two .never h2 { color: #a3211b; }
.two ul { padding-left: 4.4mm; font-size: 9.1pt; line-height: 1.3; }
.two li { overflow-wrap: anywhere; }
footer { margin-top: 2mm; color: #52607a; font-size: 7.6pt; text-align: center; }
@media screen { body { padding: 6mm; } .steps { grid-template-columns: repeat(auto-fill, minmax(40mm, 1fr)); } .two { grid-template-columns: repeat(auto-fit, minmax(60mm, 1fr)); } }
`
const MARK = '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0B6464"/><path d="M10 10.5h12L10 21.5h12" fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/></svg>'

/** Stylesheet and fonts, beside the guides: they may be opened from a folder or a stick. */
export function layOut(folder, root) {
  writeFileSync(join(folder, 'guide.css'), CSS)
  for (const name of FONTS) writeFileSync(join(folder, `${FONT}-${name}.woff2`), readFileSync(join(root, `crates/pages/assets/fonts/${FONT}-${name}.woff2`)))
}

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The words of `key`: addresses filled in, and labels as the app's own buttons say them. */
function words(lang, places) {
  const say = texts(lang)
  // French sets a space before these signs, and a line may not begin with them.
  const tight = (text) => (lang === 'fr' ? text.replace(/ ([?!:;»])/g, '\u00a0$1').replace(/« /g, '«\u00a0') : text)
  return (key) => escape(tight(say(key).replace(/\{([\w.]+)\}/g, (_, name) => places[name] ?? say(name))))
}

function html(guide, lang, places) {
  const say = words(lang, places)
  const list = (keys) => `<ul>${keys.map((key) => `<li>${say(key)}</li>`).join('')}</ul>`
  const steps = guide.steps.map(([key, shot]) => `<li><p>${say(key)}</p><img src="${guide.name}-${lang}-${shot}.png" alt=""></li>`)
  return `<!DOCTYPE html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${say(guide.title)} · zelf</title><link rel="stylesheet" href="guide.css"></head>
<body><header>${MARK}<h1>${say(guide.title)}</h1></header>
<main>
<section class="need"><h2>${say('help.paper.need')}</h2>${list(guide.need)}</section>
<ol class="steps" aria-label="${say('help.paper.steps')}">${steps.join('\n')}</ol>
<div class="two">
<section class="never"><h2>${say('help.paper.never')}</h2>${list(guide.never)}</section>
<section><h2>${say('help.paper.help')}</h2>${list(guide.help)}</section>
</div>
</main>
<footer>${say('help.paper.foot')}</footer></body></html>
`
}

/** Writes `<guide>-<lang>.html` and `.pdf`; a guide that is not exactly one page is a mistake. */
export async function print(browser, folder, guide, lang, places, taken) {
  for (const [, shot] of guide.steps) assert.ok(taken.has(shot), `${guide.name} ${lang}: no picture of “${shot}”`)
  const file = join(folder, `${guide.name}-${lang}.html`)
  writeFileSync(file, html(guide, lang, places))
  const page = await browser.newPage()
  await page.goto(pathToFileURL(file).href)
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  const broken = await page.evaluate(() => [...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src))
  assert.deepEqual(broken, [], `${guide.name} ${lang}: pictures that do not show`)
  const bytes = await page.pdf({ path: join(folder, `${guide.name}-${lang}.pdf`), preferCSSPageSize: true, printBackground: true })
  await page.close()
  assert.equal(pages(bytes), 1, `${guide.name} ${lang}: a guide is one page`)
}

/** Pages of a PDF: its page objects (ISO 32000-1 §7.7.3.3), which Chromium writes in the clear. */
export const pages = (bytes) => (bytes.toString('latin1').match(/\/Type\s*\/Page(?![a-zA-Z])/g) ?? []).length
