// Every help page as a file, in four languages, with links that work without a server: for a stick, or a help centre without internet.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const LANGS = ['nl', 'fr', 'de', 'en']

/** Saves `/help`, `/help/near` and every answer that is linked from them, from the running `world` into `folder`. */
export async function save(world, folder, site, app) {
  const wanted = LANGS.flatMap((lang) => [`/help?lang=${lang}`, `/help/near?lang=${lang}`])
  const done = new Set()
  const assets = new Set()
  const links = []
  while (wanted.length > 0) {
    const path = wanted.pop()
    const file = fileOf(path)
    if (done.has(file)) continue
    done.add(file)
    let text = await (await got(world.issuer + path)).text()
    text = text.replace(/<span class="world"[^>]*>.*?<\/span>/, '').replaceAll(world.app, app)
    text = text.replace(/ (href|src|action)="(\/[^"]*)"/g, (_, name, raw) => {
      const target = raw.replaceAll('&amp;', '&')
      if (target.startsWith('/static/')) assets.add(target)
      else if (name === 'href' && fileOf(target)) wanted.push(withoutQuery(target))
      else if (!target.startsWith('/help/guides/')) return ` ${name}="${site}${raw}"`
      const to = target.startsWith('/static/') ? `site${target}` : target.startsWith('/help/guides/') ? target.slice('/help/'.length) : `site/${fileOf(target)}`
      links.push([file, to])
      return ` ${name}="${relative(file, to)}"`
    })
    write(folder, `site/${file}`, text)
  }
  for (const path of assets) await copy(world, folder, path)
  for (const [from, to] of links) assert.ok(existsSync(join(folder, to)), `${from} links to ${to}, which is not there`)
  return done.size
}

async function got(url) {
  const answer = await fetch(url)
  assert.equal(answer.status, 200, url)
  return answer
}

/** An asset, and what a stylesheet asks for. */
async function copy(world, folder, path) {
  const bytes = Buffer.from(await (await got(world.issuer + path)).arrayBuffer())
  write(folder, `site${path}`, bytes)
  if (!path.endsWith('.css')) return
  for (const [, name] of bytes.toString().matchAll(/url\(([\w.-]+)\)/g)) await copy(world, folder, `/static/${name}`)
}

function write(folder, name, what) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, what)
}

/** `nl/forgotten-code.html` for `/help/a/forgotten-code?lang=nl`; nothing for what is no help page. */
function fileOf(path) {
  const { pathname, searchParams } = new URL(path, 'http://help')
  const lang = searchParams.get('lang')
  if (!LANGS.includes(lang)) return null
  if (pathname === '/help') return `${lang}/index.html`
  if (pathname === '/help/near') return `${lang}/near.html`
  const slug = /^\/help\/a\/([a-z0-9-]+)$/.exec(pathname)?.[1]
  return slug ? `${lang}/${slug}.html` : null
}

function withoutQuery(path) {
  const { pathname, searchParams } = new URL(path, 'http://help')
  return `${pathname}?lang=${searchParams.get('lang')}`
}

/** From `site/<lang>/x.html` to a file under the folder. */
const relative = (from, to) => normalize(join('../'.repeat(from.split('/').length), to))
