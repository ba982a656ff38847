// A card reader at somebody's computer, and cards to put in: `zelf virtual-card` with a pcscd that nobody else sees.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export class Reader {
  /** A reader without a card. */
  static async plugIn(world) {
    const reader = new Reader(world)
    await reader.plugIn()
    return reader
  }

  constructor(world) {
    Object.assign(this, { world, folder: mkdtempSync(join(tmpdir(), 'zelf-reader-')), card: null, used: false })
  }

  async plugIn() {
    this.daemon = spawn(this.world.zelf, ['virtual-card', '--reader', this.folder, '--empty'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [, socket, address] = await said(this.daemon, /^PCSCLITE_CSOCK_NAME=(\S+)\n.* (\S+:\d+)\.$/m)
    Object.assign(this, { socket, address })
  }

  /** Environment of a program that sees this reader. */
  get env() {
    return { ...process.env, PCSCLITE_CSOCK_NAME: this.socket }
  }

  /** Puts a card in: `person` as of a person file, `applet` 1.7 or 1.8, and what is wrong with it. */
  async insert(card) {
    if (this.used) {
      // A daemon looks once a second: for it, a card that is swapped faster was never out. The next card gets a reader of its own.
      await this.pullOut()
      await end(this.daemon)
      await this.plugIn()
    }
    this.used = true
    this.card = spawn(this.world.zelf, [...cardWords(this.world, this.folder, card), '--connect', this.address], { stdio: ['ignore', 'pipe', 'inherit'] })
    await said(this.card, /\n/)
  }

  /** Out with it; programs notice within about a second. */
  async pullOut() {
    const card = this.card
    this.card = null
    await end(card)
  }

  /** What the Web eID extension would give for this card, without any reader. */
  async token(card, origin, nonce) {
    const words = [...cardWords(this.world, this.folder, card), '--token', '--origin', origin, '--nonce', nonce]
    return JSON.parse((await promisify(execFile)(this.world.zelf, words)).stdout)
  }

  async unplug() {
    await this.pullOut()
    await end(this.daemon)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function cardWords(world, folder, { person, applet = '1.8', fault }) {
  const file = join(folder, `person-${Math.random().toString(36).slice(2)}.json`)
  writeFileSync(file, JSON.stringify(person))
  const pki = world.eid ? ['--pki', world.eid.pki, '--pki-url', world.eid.pki_url] : []
  return ['virtual-card', '--applet', applet, '--person', file, ...pki, ...(fault ? ['--fault', fault] : [])]
}

/** Waits for words on a child's standard output. */
function said(child, words) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (bytes) => {
      text += bytes
      const found = words.exec(text)
      if (found) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`)))
    setTimeout(() => reject(new Error(`${child.spawnargs.join(' ')} said only: ${text}`)), 20_000).unref()
  })
}

async function end(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await ended
  clearTimeout(late)
}
