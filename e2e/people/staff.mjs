// Somebody of the helpdesk, at the console, with a security key made of software.
import assert from 'node:assert/strict'
import { closes, complaints, computer } from '../browser.mjs'
import { look } from '../look.mjs'

const PASSWORD = 'een lange zin van mij alleen'

export class Staff {
  /** Comes in with the invitation that `zelf demo` printed; each invitation opens once. */
  static async comesIn(browser, world, lang, role) {
    const invited = world.staff.find((one) => one.role === role)
    assert.ok(invited, `nobody with the role ${role} is invited in demo.json`)
    const context = await computer(browser, lang)
    const page = await context.newPage()
    const staff = new Staff(context, page, world, lang)
    await staff.key()
    await page.goto(`${world.console}/language/${lang}`)
    await page.goto(`${world.console}/invitation`)
    await page.locator('#name').fill(invited.name)
    await page.locator('#code').fill(invited.code)
    await page.locator('#password').fill(PASSWORD)
    await staff.sees('invitation')
    await page.locator('#continue').click()
    await page.locator('#use-key').waitFor()
    await staff.sees('new-key')
    await page.locator('#use-key').click()
    await page.locator('#to-cases').or(page.locator('#password')).first().waitFor()
    if (await page.locator('#to-cases').isVisible()) return staff
    await page.locator('#name').fill(invited.name)
    await page.locator('#password').fill(PASSWORD)
    await page.locator('#continue').click()
    await page.locator('#use-key').click()
    await page.locator('#to-cases').waitFor()
    return staff
  }

  constructor(context, page, world, lang) {
    Object.assign(this, { context, page, world, lang, heard: complaints(page) })
  }

  async key() {
    const session = await this.context.newCDPSession(this.page)
    await session.send('WebAuthn.enable')
    const options = { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
    await session.send('WebAuthn.addVirtualAuthenticator', { options })
  }

  sees(name, options = {}) {
    return look(this.page, this.lang, `console-${name}`, { whole: true, folder: 'console', ...options })
  }

  /** A case of the list, by its reference. */
  async opens(reference) {
    await this.page.goto(`${this.world.console}/case/${reference.replace('-', '')}`)
    await this.page.locator('#state').waitFor()
  }

  async close() {
    assert.deepEqual(this.heard, [], 'the console complained')
    await closes(this.context)
  }
}
