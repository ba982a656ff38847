// The two programs of docs/partners/README.md, taken out of the page and run as they stand.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readWorld } from '../../e2e/world.mjs'
import { Browser, Citizen } from '../citizen.mjs'
import { register } from '../register.mjs'

const world = readWorld()
const page = readFileSync(new URL('../../docs/partners/README.md', import.meta.url), 'utf8')
const PYTHON = process.env.PYTHON_VENV ?? new URL('../../target/authlib/bin/python', import.meta.url).pathname

/** The program of that name, in a folder that knows this folder's packages. */
function program(name) {
  const code = new RegExp(`<!-- program: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1]
  assert.ok(code, `${name} is on the page`)
  const folder = mkdtempSync(join(tmpdir(), 'zelf-docs-'))
  symlinkSync(new URL('../node_modules', import.meta.url).pathname, join(folder, 'node_modules'))
  writeFileSync(join(folder, name), code)
  return join(folder, name)
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

async function listens(url, child, said) {
  for (let tries = 0; tries < 150; tries++) {
    if (child.exitCode !== null) throw new Error(`the program ended: ${said.join('')}`)
    if (await fetch(url, { redirect: 'manual' }).catch(() => null)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the program does not listen: ${said.join('')}`)
}

async function welcomes(runner, name, customer, number) {
  const port = await freePort()
  const { id, secret } = await register(world, { redirect_uris: [`http://localhost:${port}/callback`] })
  const said = []
  const env = { ...process.env, ISSUER: world.issuer, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port), AUTHLIB_INSECURE_TRANSPORT: '1' }
  const child = spawn(runner, [program(name)], { env })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes))
  try {
    await listens(`http://localhost:${port}/`, child, said)
    const citizen = await Citizen.activate(world, customer, number)
    const browser = new Browser(`http://localhost:${port}`)
    const begun = await browser.ask('/')
    const back = await citizen.logIn(begun.location)
    const welcome = await browser.ask(back.url)
    assert.match(welcome.text, /^Welcome, \S.*\. Here you are [\w-]{43}\.$/, `${welcome.text}\n${said.join('')}`)
  } finally {
    child.kill()
  }
}

test('the first program of the page for services, with openid-client', () => welcomes(process.execPath, 'hello.mjs', 'guest-703', '+32468710703'))

test('the second one, with Authlib', async () => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing: cargo xtask test makes it`)
  await welcomes(PYTHON, 'hello.py', 'guest-704', '+32468710704')
})
