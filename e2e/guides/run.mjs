// Printed guides and help pages as files, into target/help: `node guides/run.mjs [--site https://login.example] [--app https://app.example]`.
// Plays the journeys in a demo world of its own, photographs them, prints one A4 page each in four languages, then saves every help page.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { open } from '../browser.mjs'
import { readWorld, startWorld } from '../world.mjs'
import { GUIDES } from './guides.mjs'
import { layOut, print } from './paper.mjs'
import { backAgain, bank, eid } from './play.mjs'
import { save } from './site.mjs'

const root = new URL('../..', import.meta.url).pathname
const target = join(root, 'target/help')
const folder = join(target, 'guides')
const LANGS = process.env.LANGS?.split(',') ?? ['nl', 'fr', 'de', 'en']
const option = (name, usual) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? usual : process.argv[at + 1]
}
const site = option('--site', 'http://localhost:8401')
const app = option('--app', 'http://localhost:8402')
/** As people type it. */
const plain = (origin) => origin.replace(/^https?:\/\//, '').replace(/\/$/, '')
const places = { site: plain(site), app: plain(app) }

async function guides(world) {
  const browser = await open()
  try {
    for (const [at, lang] of LANGS.entries()) {
      const customer = world.customers.filter((one) => one.number.startsWith('+32') && one.card)[at]
      const person = { browser, world, lang, customer, bankId: 'cbc', folder, at: 90 + at }
      const taken = { bank: await bank(person), eid: await eid(person), 'back-again': await backAgain(person) }
      for (const guide of GUIDES) {
        await print(browser, folder, guide, lang, places, taken[guide.name])
        console.log(`target/help/guides/${guide.name}-${lang}.pdf`)
      }
    }
  } finally {
    await browser.close()
  }
}

async function inWorld(work) {
  const running = await startWorld()
  try {
    process.env.WORLD = running.file
    return await work(readWorld())
  } finally {
    await running.stop()
  }
}

rmSync(target, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
layOut(folder, root)
await inWorld(guides)
// A world reads the guides when it starts: the pages of the next one link to them.
const saved = await inWorld((world) => save(world, target, site, app))
console.log(`target/help/site: ${saved} pages`)
