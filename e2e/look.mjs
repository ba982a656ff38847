// One look at a screen: photographed, read by axe, and searched for what a person must never meet.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const PREFIXES = 'app|site|bank|service|story|inbox|sms|mail|claim|approval|card|help|console'
const counts = new Map()

/** Texts of one language, as the screens should say them. */
export function texts(lang) {
  const all = JSON.parse(readFileSync(join(root, `texts/${lang}.json`), 'utf8'))
  return (key, values = {}) => {
    assert.ok(key in all, `no text ${key} in ${lang}`)
    return all[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  }
}

/** A photograph alone. */
export async function shoot(page, folder, name, { whole = false } = {}) {
  const dir = join(root, 'target/shots', folder)
  mkdirSync(dir, { recursive: true })
  const at = (counts.get(folder) ?? 0) + 1
  counts.set(folder, at)
  await page.screenshot({ path: join(dir, `${String(at).padStart(2, '0')}-${name}.png`), fullPage: whole, animations: 'disabled' })
}

/** Looks at a page in `lang`: photograph `name` in the folder, and every check that holds on every screen. */
export async function look(page, lang, name, { folder = lang, whole = false, wide = false } = {}) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await shoot(page, folder, name, { whole })
  const where = `${folder}/${name} (${page.url()})`
  const seen = await page.evaluate(() => ({
    text: document.body.innerText,
    lang: document.documentElement.lang,
    title: document.title,
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
  }))
  assert.equal(seen.lang, lang, `${where}: the page says it is in another language`)
  assert.ok(seen.title.trim().length > 3, `${where}: no title`)
  assert.equal(seen.headings, 1, `${where}: one first heading`)
  const key = seen.text.match(new RegExp(`\\b(?:${PREFIXES})\\.[a-z_]+(?:\\.[a-z_0-9]+)*\\b(?!\\.(?:be|example))`))
  assert.equal(key, null, `${where}: a text's name instead of its text: ${key?.[0]}`)
  const hole = seen.text.match(/\{[a-z_]+\}|undefined|\bNaN\b|\[object/)
  assert.equal(hole, null, `${where}: an unfilled place: ${hole?.[0]}`)
  if (!wide) assert.ok(seen.over <= 0, `${where}: ${seen.over} px wider than the screen`)
  await accessible(page, where)
}

async function accessible(page, where) {
  await page.evaluate(AXE)
  const violations = await page.evaluate(async (rules) => {
    const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })
    return violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('\n    ')}`)
  }, RULES)
  assert.deepEqual(violations, [], `${where}: axe`)
}
