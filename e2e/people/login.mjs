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

  /** To the code that changes; gives its text as a camera reads it now. */
  async showsCode() {
    await this.page.locator('#start-qr').click()
    await this.page.locator('#qr').waitFor()
    return this.code()
  }

  /** What the code says at this moment, from the picture that pages without script show. */
  async code() {
    const approval = new URL(this.page.url()).pathname.split('/').at(-1)
    const picture = await this.page.context().request.get(new URL(`/login/frame/${approval}`, this.page.url()).href)
    return (await picture.text()).match(/<desc>(.*?)<\/desc>/)?.[1]
  }

  /** The phone has the code. */
  async scanned() {
    await this.page.locator('#scanned').waitFor({ timeout: 20_000 })
  }

  /** To the page with the link to the app; gives where it leads. */
  async showsLink() {
    await this.page.locator('#start-link').click()
    await this.page.locator('#open-app').waitFor()
    return this.page.locator('#open-app').getAttribute('href')
  }

  /** The page for whoever began in another browser; gives its words. */
  async elsewhere() {
    await this.page.locator('#error-code').filter({ hasText: 'session_lost' }).waitFor()
    return this.page.locator('main').innerText()
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
