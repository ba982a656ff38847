// A card reader at somebody's computer: a pcscd with the vpcd driver that nobody else sees, and cards to put in.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdirSync, mkdtempSync, openSync, closeSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { twoFreePorts } from '../world.mjs'

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
// Its socket comes to the daemon as to a systemd service: as descriptor 3, named in LISTEN_FDS, LISTEN_PID being its own.
const START = 'exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec pcscd -f -c "$0"'

export class Reader {
  /** A reader without a card. */
  static async plugIn(world) {
    const folder = mkdtempSync(join(tmpdir(), 'zelf-reader-'))
    const drivers = join(folder, 'drivers')
    mkdirSync(drivers)
    mkdirSync('/run/pcscd', { recursive: true })
    const port = await twoFreePorts()
    const hex = `0x${port.toString(16).toUpperCase()}`
    writeFileSync(join(drivers, 'vpcd'), `FRIENDLYNAME "Virtual reader"\nDEVICENAME /dev/null:${hex}\nLIBPATH ${DRIVER}\nCHANNELID ${hex}\n`)
    const socket = join(folder, 'pcscd.sock')
    const log = openSync(join(folder, 'pcscd.log'), 'w')
    const listening = await listen(`${socket}.new`)
    // The daemon inherits the socket; we give it another name and let go of ours, so that nobody but the daemon answers.
    const daemon = spawn('sh', ['-c', START, drivers], { stdio: [listening._handle.fd, log, log], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } })
    renameSync(`${socket}.new`, socket)
    listening.close()
    closeSync(log)
    return new Reader(world, { folder, socket, address: `127.0.0.1:${port}`, daemon })
  }

  constructor(world, made) {
    Object.assign(this, { world, card: null }, made)
  }

  /** Environment of a program that sees this reader. */
  get env() {
    return { ...process.env, PCSCLITE_CSOCK_NAME: this.socket }
  }

  /** Puts a card in: `person` as of a person file, `applet` 1.7 or 1.8, and what is wrong with it. */
  async insert({ person, applet = '1.8', fault }) {
    await this.pullOut()
    const file = personFile(this.folder, person)
    const words = ['virtual-card', '--applet', applet, '--person', file, '--connect', this.address, ...pki(this.world)]
    this.card = spawn(this.world.zelf, [...words, ...(fault ? ['--fault', fault] : [])], { stdio: ['ignore', 'inherit', 'inherit'] })
  }

  /** Out with it; programs notice within about a second. */
  async pullOut() {
    const card = this.card
    this.card = null
    await end(card)
  }

  async unplug() {
    await this.pullOut()
    await end(this.daemon)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A person's card as a file. */
export function personFile(folder, person) {
  const file = join(folder, `person-${Date.now()}-${Math.random().toString(36).slice(2)}.json`)
  writeFileSync(file, JSON.stringify(person))
  return file
}

/** Where the world's own certificate authorities live. */
export const pki = (world) => (world.eid?.pki ? ['--pki', world.eid.pki] : [])

const listen = (path) =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(path, () => resolve(server))
  })

async function end(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await ended
  clearTimeout(late)
}
