// Prints what a phone has to download and refuses to grow past the budgets (gzip): what it needs to draw its first screen
// (the app and one language), and everything, which it fetches meanwhile so that it works without a line.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const FIRST_KIB = 90
const BUDGET_KIB = 160
const dist = new URL('../dist/', import.meta.url)
const files = ['sw.js', ...readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`)]
const kib = (bytes) => bytes / 1024
/** What the page loads before it draws: its script and whatever that imports at once. */
const first = new Set()
const follow = (name) => {
  if (first.has(name)) return
  first.add(name)
  const folder = name.slice(0, name.lastIndexOf('/') + 1)
  for (const [, next] of readFileSync(new URL(name, dist), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w-]+\.js)["']/g)) follow(folder + next)
}
for (const [, name] of readFileSync(new URL('index.html', dist), 'utf8').matchAll(/src="\/(assets\/[\w-]+\.js)"/g)) follow(name)
if (first.size === 0) throw new Error('the page loads no script')
let script = 0
let app = 0
let words = 0
for (const name of files.sort()) {
  const raw = readFileSync(new URL(name, dist))
  const size = /\.woff2$/.test(name) ? raw.length : gzipSync(raw, { level: 9 }).length
  if (name.endsWith('.js')) script += size
  if (first.has(name)) app += size
  if (/^assets\/(nl|fr|de|en)-.*\.js$/.test(name)) words = Math.max(words, size)
  console.log(`${kib(size).toFixed(1).padStart(8)} KiB  ${name}`)
}
console.log(`${kib(app + words).toFixed(1).padStart(8)} KiB  JavaScript before the first screen (budget ${FIRST_KIB} KiB)`)
console.log(`${kib(script).toFixed(1).padStart(8)} KiB  JavaScript, gzip, all languages (budget ${BUDGET_KIB} KiB)`)
if (kib(script) > BUDGET_KIB || kib(app + words) > FIRST_KIB) {
  console.error('The app has outgrown its budget.')
  process.exit(1)
}
