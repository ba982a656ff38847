// Prints what a phone has to download and refuses to grow past the budgets (gzip): what it needs to draw its first screen
// (the app and one language), and everything, which it fetches meanwhile so that it works without a line.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const FIRST_KIB = 90
const BUDGET_KIB = 160
const dist = new URL('../dist/', import.meta.url)
const files = ['sw.js', ...readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`)]
const kib = (bytes) => bytes / 1024
let script = 0
let app = 0
let words = 0
for (const name of files.sort()) {
  const raw = readFileSync(new URL(name, dist))
  const size = /\.woff2$/.test(name) ? raw.length : gzipSync(raw, { level: 9 }).length
  if (name.endsWith('.js')) script += size
  if (/^assets\/(index|qr)-.*\.js$/.test(name)) app += size
  if (/^assets\/(nl|fr|de|en)-.*\.js$/.test(name)) words = Math.max(words, size)
  console.log(`${kib(size).toFixed(1).padStart(8)} KiB  ${name}`)
}
console.log(`${kib(app + words).toFixed(1).padStart(8)} KiB  JavaScript before the first screen (budget ${FIRST_KIB} KiB)`)
console.log(`${kib(script).toFixed(1).padStart(8)} KiB  JavaScript, gzip, all languages (budget ${BUDGET_KIB} KiB)`)
if (kib(script) > BUDGET_KIB || kib(app + words) > FIRST_KIB) {
  console.error('The app has outgrown its budget.')
  process.exit(1)
}
