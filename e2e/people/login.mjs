// The login pages of zelf, in the citizen's browser.
import { look } from '../look.mjs'

export class Login {
  constructor(page, lang) {
    Object.assign(this, { page, lang })
  }

  async sees(name, options = {}) {
    await look(this.page, this.lang, `login-${name}`, options)
  }

  async asksNumber() {
    await this.page.locator('#phone').waitFor()
  }

  async gives(number, { country = 'BE', remember = false } = {}) {
    await this.page.locator('#country').selectOption(country)
    await this.page.locator('#phone').fill(number)
    if (remember) await this.page.locator('#remember').check()
    await this.page.locator('#continue').click()
  }

  /** The two digits on the waiting page. */
  async match() {
    return (await this.page.locator('#match').innerText()).trim()
  }

  /** What the waiting page says, without what differs by chance and by the second. */
  async words() {
    await this.page.locator('#match').waitFor()
    const text = await this.page.locator('main').innerText()
    return text.replace(/\d/g, '#').replace(/#+:##/, '#:##')
  }

  async ended() {
    await this.page.locator('#retry').waitFor()
    return this.page.locator('main').innerText()
  }
}
