// A phone in the terminal (docs/phone-cli.md): for people whose screens are looked at elsewhere.
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export class TerminalPhone {
  /** An active phone of a bank customer. */
  static async activated(world, { customer, number, code = '73915', lang = 'nl' }) {
    const phone = new TerminalPhone(world, lang)
    await phone.say('activate', '--bank', world.banks[0].id, '--customer', customer, '--number', number, '--code', code)
    return Object.assign(phone, { number, code })
  }

  constructor(world, lang) {
    Object.assign(this, { world, lang, state: join(mkdtempSync(join(tmpdir(), 'zelf-phone-')), 'phone.json') })
  }

  async say(...words) {
    const { stdout } = await run(this.world.zelf, ['phone', '--server', this.world.issuer, '--state', this.state, '--lang', this.lang, ...words], { timeout: 60_000 })
    return stdout.trim() ? JSON.parse(stdout) : {}
  }

  waits() {
    return this.say('pending', '--wait', '20')
  }

  approves(match) {
    return this.say('approve', '--match', match, '--code', this.code)
  }

  refuses(...more) {
    return this.say('refuse', ...more)
  }
}
