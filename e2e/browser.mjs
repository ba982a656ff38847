// Chromium as Debian ships it, and the contexts of the story: a phone and a computer.
import { chromium } from 'playwright-core'

const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]
const LOCALES = { nl: 'nl-BE', fr: 'fr-BE', de: 'de-BE', en: 'en-GB' }
const PHONE = { width: 390, height: 844 }
const COMPUTER = { width: 1280, height: 800 }

export const open = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS })

/** A phone held upright; touch, because that is how people use it. */
export const phone = (browser, lang, more = {}) => context(browser, lang, { viewport: PHONE, hasTouch: true, isMobile: true, ...more })

export const computer = (browser, lang, more = {}) => context(browser, lang, { viewport: COMPUTER, ...more })

/** Closes a browser or one of its contexts. Chromium sometimes never says that it has; nobody waits for that longer than this. */
export async function closes(what) {
  let late
  await Promise.race([what?.close(), new Promise((resolve) => (late = setTimeout(resolve, 10_000)))])
  clearTimeout(late)
}

async function context(browser, lang, more) {
  const made = await browser.newContext({ locale: LOCALES[lang], timezoneId: 'Europe/Brussels', ...more })
  made.setDefaultTimeout(15_000)
  return made
}

/** Everything that a page complains about: script errors, policy violations, failed loads. */
export function complaints(page) {
  const heard = []
  page.on('pageerror', (error) => heard.push(`${page.url()}: ${error}`))
  page.on('console', (line) => {
    // A refusal is an answer with a status; the page shows it, and the browser's own note of it is no fault.
    if (line.type() === 'error' && !/the server responded with a status of 4\d\d/.test(line.text())) heard.push(`${page.url()}: ${line.text()}`)
  })
  return heard
}
