// Prints what a phone has to download and refuses to grow past the budget (gzip).
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_KIB = 120
const dist = new URL('../dist/', import.meta.url)
const files = ['sw.js', ...readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`)]
const kib = (bytes) => bytes / 1024
let script = 0
for (const name of files.sort()) {
  const raw = readFileSync(new URL(name, dist))
  const size = /\.woff2$/.test(name) ? raw.length : gzipSync(raw, { level: 9 }).length
  if (name.endsWith('.js')) script += size
  console.log(`${kib(size).toFixed(1).padStart(8)} KiB  ${name}`)
}
console.log(`${kib(script).toFixed(1).padStart(8)} KiB  JavaScript, gzip, all languages (budget ${BUDGET_KIB} KiB)`)
if (kib(script) > BUDGET_KIB) {
  console.error('The app has outgrown its budget.')
  process.exit(1)
}
