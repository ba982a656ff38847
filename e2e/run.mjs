// Starts a fresh demo world on free ports, tells the stories to it, and stops it:
//   node run.mjs [story file …]        ONLY takes the stories whose name fits; ZELF names the server's binary (zelf-eid beside it), CHROMIUM the browser, APP_DIST the built app
import { spawn } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { startWorld } from './world.mjs'

const here = new URL('.', import.meta.url).pathname
const told = process.argv.slice(2)
const files = told.length > 0 ? told : readdirSync(`${here}stories`).filter((name) => name.endsWith('.test.mjs')).map((name) => `stories/${name}`)

if (told.length === 0) rmSync(`${here}../target/shots`, { recursive: true, force: true })

const world = await startWorld()
const runner = spawn(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=600000', '--test-force-exit', ...(process.env.ONLY ? [`--test-name-pattern=${process.env.ONLY}`] : []), ...files], {
  cwd: here, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, WORLD: world.file },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal))
const code = await new Promise((resolve) => runner.on('exit', (status) => resolve(status ?? 1)))
await world.stop()
process.exit(code)
