// One demo world for all clients; each test file is a process of its own.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { startWorld } from '../e2e/world.mjs'

const named = process.argv.slice(2)
const files = named.length > 0 ? named : readdirSync(new URL('clients', import.meta.url)).filter((name) => name.endsWith('.test.mjs')).map((name) => `clients/${name}`)
const world = await startWorld()
let code = 1
try {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files], { stdio: 'inherit', cwd: new URL('.', import.meta.url).pathname, env: { ...process.env, WORLD: world.file } })
  code = await new Promise((resolve) => child.on('exit', resolve))
} finally {
  await world.stop()
}
process.exit(code ?? 1)
