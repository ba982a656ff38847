// Registers a client by the operator's command, while the server runs.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ZELF } from '../e2e/world.mjs'

const run = promisify(execFile)
let next = 0

/** TOML of what JSON says: strings, numbers, lists, tables. */
const toml = (value) => (Array.isArray(value) ? `[${value.map(toml).join(', ')}]` : value && typeof value === 'object' ? `{ ${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)} = ${toml(v)}`).join(', ')} }` : JSON.stringify(value))

/** A partner with these wishes; answers its id, and its secret when it has one. */
export async function register(world, { key, ...wishes }) {
  const id = `third-${process.pid}-${next++}`
  const name = 'Een service van een ander'
  const partner = {
    id,
    name: { nl: name, fr: name, de: name, en: name },
    domain: 'localhost',
    redirect_uris: ['http://localhost:9/callback'],
    scopes: ['profile', 'email', 'phone', 'address'],
    ...(key ? { jwks: { keys: [key] } } : {}),
    ...wishes,
  }
  // A key to sign with proves the client; with one to encrypt to, it still needs a secret.
  const own = key && key.use !== 'sig' ? randomBytes(32).toString('base64url') : undefined
  if (key) partner.auth = own ? { method: 'client_secret', client_secret_sha256: createHash('sha256').update(own).digest('hex') } : { method: 'private_key_jwt' }
  const file = join(mkdtempSync(join(tmpdir(), 'zelf-partner-')), 'partner.toml')
  writeFileSync(file, Object.entries(partner).map(([k, v]) => `${k} = ${toml(v)}\n`).join(''))
  const { stdout } = await run(ZELF, ['partner', 'add', '--config', world.config, '--file', file, '--json'])
  const made = JSON.parse(stdout)
  // The server looks for changes every two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  return { id, secret: own ?? made.client_secret }
}
