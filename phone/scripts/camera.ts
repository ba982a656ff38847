// The built app against the mock in Chromium: every screen photographed into shots/ and read by axe.
import { mkdirSync, readFileSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { serveBuilt } from '../mock/http.ts'
import type { Mock } from '../mock/server.ts'

const PORT = Number(process.env.SHOTS_PORT ?? 8412)
const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const SIZES: Record<string, { width: number; height: number }> = { desktop: { width: 1280, height: 800 }, small: { width: 320, height: 568 }, zoomed: { width: 195, height: 422 } }

export const CODE = '73915'

/** One phone and what a thumb does on it. */
export interface Hand {
  page: Page
  context: BrowserContext
  /** Waits for a screen, photographs and checks it. */
  at: (name: string, more?: string) => Promise<void>
  tap: (id: string) => Promise<void>
  fill: (id: string, words: string) => Promise<void>
  code: (digits: string) => Promise<void>
}

export interface Set {
  mock: Mock
  place: string
  lang: string
  /** Another phone. */
  phone: () => Promise<Hand>
}

/** Plays `story`; fails on a console error, a policy violation, something too wide, or something axe finds. */
export async function film(name: string, story: (set: Set) => Promise<void>): Promise<void> {
  const [lang = 'nl', size = 'phone', scheme = 'light'] = process.argv.slice(2)
  const folder = new URL(`../shots/${name}${lang}-${size}-${scheme}/`, import.meta.url).pathname
  mkdirSync(folder, { recursive: true })
  const { mock, close } = await serveBuilt(PORT)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic', '--no-first-run'] })
  const faults: string[] = []
  const roll = { count: 0 }
  try {
    await story({ mock, place: `http://localhost:${PORT}`, lang, phone: () => take(browser, { lang, size, scheme, folder, faults, roll }) })
  } finally {
    await browser.close()
    close()
  }
  console.log(`${roll.count} screens in ${folder}`)
  if (faults.length > 0) {
    console.error([...new Set(faults)].join('\n'))
    process.exitCode = 1
  }
}

interface Film {
  lang: string
  size: string
  scheme: string
  folder: string
  faults: string[]
  roll: { count: number }
}

async function take(browser: Browser, { lang, size, scheme, folder, faults, roll }: Film): Promise<Hand> {
  const context = await browser.newContext({
    viewport: SIZES[size] ?? { width: 390, height: 844 },
    deviceScaleFactor: size === 'phone' ? 2 : 1, locale: `${lang}-BE`, colorScheme: scheme as 'light', bypassCSP: false, serviceWorkers: 'allow',
  })
  const page = await context.newPage()
  page.on('console', (line) => line.type() === 'error' && !/4[012]\d|ERR_INTERNET/.test(line.text()) && faults.push(line.text()))
  page.on('pageerror', (error) => faults.push(String(error)))
  const tap = (id: string) => page.getByTestId(id).first().click()
  return {
    page, context, tap,
    fill: (id, words) => page.getByTestId(id).fill(words),
    code: async (digits) => {
      for (const digit of digits) await tap(`key-${digit}`)
    },
    at: async (name, more = '') => {
      await page.waitForSelector(`[data-screen="${name}"]`, { timeout: 8000 })
      await page.waitForTimeout(120)
      roll.count += 1
      await page.screenshot({ path: `${folder}${String(roll.count).padStart(2, '0')}-${name}${more}.png` })
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (over > 0) faults.push(`${name}: ${over} px wider than the screen`)
      faults.push(...(await axe(page, name)))
    },
  }
}

/** What axe finds, one line each. It is put in by the debugger, past the policy. */
async function axe(page: Page, name: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: AXE })
  const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))))`
  const { result } = await session.send('Runtime.evaluate', { expression: run, awaitPromise: true, returnByValue: true })
  await session.detach()
  return (JSON.parse((result.value as string | undefined) ?? '["axe did not run"]') as string[]).map((found) => `axe on ${name}: ${found}`)
}
