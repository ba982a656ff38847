// The municipality's website: a service that knows nothing of zelf but its public contract.
import { look } from '../look.mjs'

export class Service {
  constructor(page, world, lang) {
    const service = world.services.find((one) => one.url === world.service) ?? world.services[0]
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
