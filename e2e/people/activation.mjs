// The activation pages of zelf, in the citizen's browser at a computer.
import assert from 'node:assert/strict'
import { closes, complaints, computer } from '../browser.mjs'
import { look, shoot } from '../look.mjs'

export class Activation {
  static async visits(browser, world, lang, more = {}) {
    const { path, ...rest } = more
    const context = await computer(browser, lang, rest)
    // Nobody answers Chromium's question whether the card program may open: it is noted and goes no further.
    await context.addInitScript(() => document.addEventListener('click', (event) => {
      const link = event.target.closest?.('a[href^="zelf-eid:"]')
      if (!link) return
      event.preventDefault()
      sessionStorage.setItem('story-opened', `${sessionStorage.getItem('story-opened') ?? ''}${link.href} `)
    }, true))
    const page = await context.newPage()
    const at = new Activation(context, page, world, lang)
    at.scriptless = more.javaScriptEnabled === false
    await page.goto(`${world.issuer}${path ?? '/activate'}?lang=${lang}`)
    return at
  }

  constructor(context, page, world, lang) {
    Object.assign(this, { context, page, world, lang, heard: complaints(page), scriptless: false })
  }

  async sees(name, options = {}) {
    // axe is a script.
    if (this.scriptless) return shoot(this.page, this.lang, `computer-${name}`, { whole: true })
    await look(this.page, this.lang, `computer-${name}`, { whole: true, ...options })
  }

  /** Number, e-mail address or none, the ticks for location data and terms. */
  async gives({ number, email = null, location = true, terms = true }) {
    await this.page.locator('#country').selectOption('BE')
    await this.page.locator('#phone').fill(number.replace('+32 ', '0'))
    await this.page.locator('#no_email').setChecked(email === null)
    if (email !== null) await this.page.locator('#email').fill(email)
    await this.page.locator('#location').setChecked(location)
    await this.page.locator('#terms').setChecked(terms)
    await this.continues()
  }

  /** The number alone, to block. */
  async givesNumber(number) {
    await this.page.locator('#phone').fill(number.replace('+32 ', '0'))
    await this.continues()
    await this.page.locator('#live').waitFor()
  }

  async continues() {
    await this.leaves(() => this.page.locator('#continue').click())
  }

  /** Does something that brings another page; the robot check may take its time before it does. */
  async leaves(act) {
    await this.page.evaluate(() => document.documentElement.setAttribute('data-left', ''))
    await act()
    await this.page.locator('html:not([data-left])').waitFor({ state: 'attached' })
  }

  /** Straight to the page that waits for the card. */
  async toReader(details) {
    await this.gives(details)
    await this.page.locator('#live').waitFor()
  }

  /** Back to the form with what was typed. */
  async changes() {
    await this.leaves(() => this.page.locator('#change').click())
    await this.page.locator('#phone').waitFor()
  }

  /** The links that the page opened by itself: the card program's, in their order. */
  async opened() {
    return ((await this.page.evaluate(() => sessionStorage.getItem('story-opened'))) ?? '').split(' ').filter(Boolean)
  }

  /** What the page offers to the card program: the link's session, or the eight characters. */
  async session() {
    const link = await this.page.locator('#start').getAttribute('href')
    const id = /^zelf-eid:\/\/activate\?s=([\w-]{22})$/.exec(link)?.[1]
    assert.ok(id, `a link for the card program: ${link}`)
    return id
  }

  async code() {
    const code = (await this.page.locator('#code').textContent()).replace(/\s/g, '')
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{8}$/)
    return code
  }

  /** What the page says is going on; waits until it says so. */
  async hears(words) {
    await this.page.locator('#live').filter({ hasText: words }).waitFor()
  }

  /** The card program opens this browser, in a tab of its own. */
  async isOpened(url) {
    this.page = await this.context.newPage()
    this.heard.push(...complaints(this.page))
    await this.page.goto(url)
  }

  /** The six characters. */
  async token() {
    const box = this.page.locator('#token')
    await box.waitFor()
    const token = await box.getAttribute('data-token')
    assert.match(token, /^[ABDEFGHJLMNQRTYabdefghmnrty23457]{6}$/)
    assert.equal((await box.locator('b').allTextContents()).join(''), token)
    return token
  }

  async newToken() {
    const before = await this.page.locator('#token').getAttribute('data-token').catch(() => null)
    await this.page.locator('#new-token').click()
    await this.page.waitForFunction((old) => (document.getElementById('token')?.dataset.token ?? old) !== old, before)
    return this.token()
  }

  /** Why it ended, in the code that the helpdesk asks. */
  async ended() {
    await this.page.locator('#error-code').waitFor()
    return (await this.page.locator('#error-code').innerText()).trim()
  }

  async close() {
    assert.deepEqual(this.heard, [], 'the activation pages complained')
    await closes(this.context)
  }
}
