// docs/journeys.md as a table: what each journey may take, by its name.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const PAGE = new URL('../docs/journeys.md', import.meta.url)

/** Journey → `{screens, trail}`; the trail is every name in backticks, in order. */
export function journeys() {
  const rows = readFileSync(PAGE, 'utf8').split('\n').filter((line) => /^\| [A-Z]/.test(line) && !line.startsWith('| Journey'))
  const table = new Map()
  for (const row of rows) {
    const [, name, screens, , trail] = row.split('|').map((cell) => cell.trim())
    assert.match(screens, /^\d+$/, `no number in: ${row}`)
    assert.ok(!table.has(name), `twice: ${name}`)
    table.set(name, { screens: Number(screens), trail: [...trail.matchAll(/`([\w-]+)`/g)].map(([, one]) => one) })
  }
  assert.ok(table.size >= 15, `the table of ${PAGE.pathname} was not read`)
  return table
}

/** The way that was really gone is the one of the table. */
export function counted(name, trail) {
  const row = journeys().get(name)
  assert.ok(row, `no journey called ${name} in docs/journeys.md`)
  assert.deepEqual(trail, row.trail, name)
  assert.equal(trail.length, row.screens, `${name}: ${trail.length} screens`)
}
