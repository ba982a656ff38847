// People of the helpdesk at their console, each with a security key of Chromium's own making.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { complaints, computer } from '../browser.mjs'
import { look } from '../look.mjs'

const run = promisify(execFile)
const WHY = 'called back, the answers fit'

/** Lets somebody in from the machine itself; gives the code of the invitation. */
export async function letIn(world, name, role) {
  const { stdout } = await run(world.zelf, ['staff', '--config', world.config, 'add', name, '--role', role], { timeout: 60_000 })
  return stdout.match(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/)[0]
}

/** What the operator's check of the log says. */
export async function verifyLog(world, ...more) {
  const { stdout } = await run(world.zelf, ['staff', '--config', world.config, 'verify-log', ...more], { timeout: 60_000 })
  return stdout.trim()
}

export class Worker {
  static async sits(browser, world, lang, name) {
    const context = await computer(browser, lang)
    const page = await context.newPage()
    const keys = await context.newCDPSession(page)
    await keys.send('WebAuthn.enable')
    const { authenticatorId } = await keys.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    })
    return Object.assign(new Worker(), { context, page, keys, authenticatorId, world, lang, name, password: `vier losse woorden ${name.length}`, heard: complaints(page) })
  }

  async sees(name, options = {}) {
    await look(this.page, this.lang, name, { folder: 'helpdesk', whole: true, ...options })
  }

  go(path) {
    return this.page.goto(`${this.world.console}${path}`)
  }

  /** Uses an invitation: code and password, then a new key. */
  async joins(code, shots = false) {
    await this.go('/invitation')
    if (shots) await this.sees('invitation')
    await this.page.locator('#name').fill(this.name)
    await this.page.locator('#code').fill(code)
    await this.page.locator('#password').fill(this.password)
    await this.page.locator('#continue').click()
    await this.page.locator('#use-key').waitFor()
    if (shots) await this.sees('new-key')
    await this.page.locator('#use-key').click()
    await this.page.locator('#who').waitFor()
  }

  async logsIn(shots = false) {
    await this.go('/login')
    if (shots) await this.sees('login')
    await this.page.locator('#name').fill(this.name)
    await this.page.locator('#password').fill(this.password)
    await this.page.locator('#continue').click()
    await this.page.locator('#use-key').waitFor()
    if (shots) await this.sees('key')
    await this.page.locator('#use-key').click()
    await this.page.locator('#who').waitFor()
  }

  async logsOut() {
    await this.page.locator('#logout').click()
    await this.page.locator('#to-invitation').waitFor()
  }

  /** The case of this reference, from the list. */
  async opens(reference) {
    await this.go('/cases')
    await this.page.locator(`#cases a:text-is("${reference}")`).click()
    await this.page.locator('#kind').waitFor()
  }

  /** From a case that is open to the account it is about. */
  async looks() {
    await this.page.locator('#look').click()
    await this.page.locator('#standing').waitFor()
  }

  async searches(number, reason) {
    await this.go('/search')
    await this.page.locator('#reason').fill(reason)
    await this.page.locator('#typed').fill(number)
    await this.page.locator('#search').click()
  }

  async proposesNumber(reference, number) {
    await this.page.locator('#number-case').fill(reference)
    await this.page.locator('#number-new').fill(number)
    await this.page.locator('#number-reason').fill(WHY)
    await this.page.locator('#act-number').click()
    await this.page.locator('#done').waitFor()
  }

  async decides() {
    await this.page.locator('#decide-reason').fill(WHY)
    await this.page.locator('#decide').click()
    await this.page.locator('#done').waitFor()
  }

  async clock() {
    return (await this.page.locator('#clock').innerText()).trim()
  }

  async leaves() {
    assert.deepEqual(this.heard, [])
    await this.context.close()
  }
}
