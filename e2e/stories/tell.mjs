// The whole story in one language: activate, then log in with the same phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closes, open } from '../browser.mjs'
import { readWorld } from '../world.mjs'
import { activate } from './seed-000.mjs'
import { logIn } from './seed-001.mjs'

export function tell(lang, person) {
  test(`the story in ${lang}`, async (t) => {
    const world = readWorld()
    const browser = await open()
    try {
      const customer = world.customers.find((one) => one.id === person.id)
      assert.ok(customer, `no customer ${person.id} in demo.json`)
      const who = { browser, world, lang, person: { ...person, customer } }
      let me
      await t.test('seed 000: activate', async (inner) => {
        me = await activate(inner, who)
      })
      if (!me) return
      await t.test('seed 001: log in', async (inner) => logIn(inner, { ...who, me }))
      await me.close()
    } finally {
      await closes(browser)
    }
  })
}
