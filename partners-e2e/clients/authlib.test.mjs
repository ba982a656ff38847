// Authlib, in the folder of Python packages that the test run made.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readWorld } from '../../e2e/world.mjs'
import { openDesk } from '../desk.mjs'

const PYTHON = process.env.PYTHON_VENV ?? new URL('../../target/authlib/bin/python', import.meta.url).pathname

test('Authlib logs a person in, with a secret and with a key', async () => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing: cargo xtask test makes it`)
  const desk = await openDesk(readWorld())
  try {
    const script = new URL('../python/authlib_client.py', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(PYTHON, [script], { env: { ...process.env, DESK: desk.url } })
    assert.match(stdout, /two logins/)
  } finally {
    desk.close()
  }
})
