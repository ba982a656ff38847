// The demo world: its own folder, its own ports, its own process.
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
export const ZELF = process.env.ZELF ?? join(root, 'target/debug/zelf')
/** The card program lies beside the server. */
export const ZELF_EID = process.env.ZELF_EID ?? join(dirname(ZELF), 'zelf-eid')
const PORTS = 14

/** The addresses and people of the world that runs, from demo.json. */
export const readWorld = () => JSON.parse(readFileSync(process.env.WORLD, 'utf8'))

export async function startWorld() {
  for (const [program, name] of [[ZELF, 'zelf'], [ZELF_EID, 'zelf-eid']]) if (!existsSync(program)) throw new Error(`${program} is missing: cargo build -p ${name}`)
  const dir = mkdtempSync(join(tmpdir(), 'zelf-e2e-'))
  const base = await freePorts()
  mkdirSync(join(root, 'target/logs'), { recursive: true })
  const log = join(root, 'target/logs/e2e-world.log')
  const child = spawn(ZELF, ['demo', '--dir', dir, '--port', String(base), '--app-dist', process.env.APP_DIST ?? join(root, 'phone/dist')], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const out = createWriteStream(log)
  const ready = new Promise((resolve, reject) => {
    let said = ''
    const hear = (bytes) => {
      out.write(bytes)
      said += bytes
      if (/^ready\b/im.test(said)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => reject(new Error(`zelf demo ended with ${code}; see ${log}`)))
    setTimeout(() => reject(new Error(`zelf demo was not ready in 60 s; see ${log}`)), 60_000).unref()
  })
  try {
    await ready
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    file: join(dir, 'demo.json'),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      if (child.exitCode === null) await ended
      clearTimeout(late)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** First of some ports in a row that nobody listens on. */
async function freePorts() {
  for (let tries = 0; tries < 50; tries++) {
    const base = 20_000 + Math.floor(Math.random() * 2_000) * 16
    const free = await Promise.all(Array.from({ length: PORTS }, (_, at) => isFree(base + at)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports')
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
