// The story with an identity card, in one language.
import { test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { HOLDERS } from '../people/card-holders.mjs'
import { readWorld } from '../world.mjs'
import { activateWithCard } from './seed-004.mjs'

export function tellCard(lang, person) {
  test(`seed 004 in ${lang}, applet ${person.applet}`, async (t) => {
    const browser = await open()
    try {
      const me = await activateWithCard(t, { browser, world: readWorld(), lang, person: { ...person, holder: HOLDERS[person.id] } })
      await me.close()
    } finally {
      await closes(browser)
    }
  })
}
