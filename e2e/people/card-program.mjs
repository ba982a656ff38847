// The card program `zelf-eid`, as a person at the computer uses it: one activation, in the terminal.
import { spawn } from 'node:child_process'
import { ZELF_EID } from '../world.mjs'

/** A card is read in a second or two; whoever hangs so long says where, and is ended. */
const LONGEST = 60_000

export class CardProgram {
  /** Starts it for a link's `session` or a typed `code`; the PIN comes from the person's hand. */
  static start(world, reader, { session, code, pin = '1234', wait = 20 }) {
    const words = ['activate', '--server', world.issuer, session ? `--session=${session}` : `--code=${code}`]
    const child = spawn(ZELF_EID, [...words, '--pin-stdin', '--no-open', '--json', '--wait', String(wait)], { env: reader.env, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${pin}\n`)
    return new CardProgram(child)
  }

  constructor(child) {
    this.child = child
    this.lines = []
    this.complained = ''
    this.waiting = []
    let text = ''
    child.stdout.on('data', (bytes) => {
      text += bytes
      const whole = text.split('\n')
      text = whole.pop()
      this.lines.push(...whole.filter(Boolean).map((line) => JSON.parse(line)))
      this.look()
    })
    child.stderr.on('data', (bytes) => (this.complained += bytes))
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        clearTimeout(late)
        this.exit = code ?? signal
        this.look()
        resolve(code)
      }),
    )
  }

  look() {
    this.waiting = this.waiting.filter((look) => !look())
  }

  /** The first line that says so; fails when the program ends without it. */
  says(what) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.find(what)
        if (found) resolve(found)
        else if (this.exit !== undefined) reject(new Error(`zelf-eid ended with ${this.exit}: ${JSON.stringify(this.lines)} ${this.complained}`))
        return found || this.exit !== undefined
      }
      if (!look()) this.waiting.push(look)
    })
  }

  /** Who asks, before the card is touched. */
  asks() {
    return this.says((line) => line.step === 'asks')
  }

  /** `{return, digits, first_name}`: the card was read, checked and accepted. */
  async returns() {
    const back = await this.says((line) => line.step === 'returned')
    await this.ended
    return back
  }

  /** The code it ended with. */
  async fails() {
    await this.ended
    return this.lines.find((line) => line.error)?.error ?? `exit ${this.exit}: ${JSON.stringify(this.lines)} ${this.complained}`
  }

  stop() {
    if (this.child.exitCode === null) this.child.kill('SIGTERM')
    return this.ended
  }
}
