// A service's website (the municipality's where none is named): it knows nothing of zelf but its public contract.
import { readFile } from 'node:fs/promises'
import { look } from '../look.mjs'

export class Service {
  constructor(page, world, lang, id) {
    const service = world.services.find((one) => (id ? one.id === id : one.url === world.service))
    Object.assign(this, { page, lang, service })
  }

  async visits() {
    await this.page.goto(`${this.service.url}?lang=${this.lang}`)
  }

  async sees(name, options = {}) {
    await look(this.page, this.lang, `service-${name}`, options)
  }

  async logsIn() {
    await this.page.locator('#login').click()
  }

  /** The button for something else than a login: `pay`, `confirm`. */
  async asks(what) {
    await this.page.locator(`#${what}`).click()
  }

  /** It says that this is done. */
  async did(what) {
    await this.page.locator(`#done[data-did="${what}"]`).waitFor({ timeout: 20_000 })
  }

  /** The proof of it that this service keeps, as it gives it to its customer: head and claims. */
  async proof() {
    await this.page.locator('#kept').waitFor()
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.locator('#evidence').click()])
    const compact = await readFile(await download.path(), 'utf8')
    const [head, claims] = compact.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')))
    return { head, claims }
  }

  /** What it learnt, as its page tells it. */
  learnt() {
    return this.page.locator('#claims').innerText()
  }

  async greets(name) {
    await this.page.locator('#hello').filter({ hasText: name }).waitFor({ timeout: 20_000 })
  }

  /** Not in, and told so. */
  isBack() {
    return this.page.locator('#notice').waitFor()
  }

  /** This person's number at this service. */
  async sub() {
    return (await this.page.locator('#sub').innerText()).trim()
  }

  async logsOut() {
    await this.page.locator('#logout').click()
  }
}
