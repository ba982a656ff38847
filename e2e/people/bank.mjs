// At the bank, with card and card reader, on the page the phone was led to.
import assert from 'node:assert/strict'
import { look } from '../look.mjs'

export class Bank {
  constructor(page, lang) {
    Object.assign(this, { page, lang })
  }

  async arrives() {
    await this.page.locator('#card').waitFor()
  }

  async sees(name, options = {}) {
    await look(this.page, this.lang, `bank-${name}`, { whole: true, ...options })
  }

  async givesCard(card) {
    await this.page.locator('#card').fill(card.replace(/(.{4})(?=.)/g, '$1 '))
    await this.page.locator('#continue').click()
    await this.page.locator('#challenge').waitFor()
  }

  /** Insert card, SIGN, challenge, OK, OK, PIN, OK: what the reader then shows. */
  async usesReader(pin) {
    const challenge = (await this.page.locator('#challenge').innerText()).replace(/\D/g, '')
    assert.equal(challenge.length, 12)
    await this.page.locator('#reader-insert').click()
    await this.press('sign')
    for (const digit of challenge) await this.press(digit)
    await this.press('ok')
    await this.press('ok')
    for (const digit of pin) await this.press(digit)
    await this.press('ok')
    const shown = this.page.locator('#reader-bottom')
    await this.page.waitForFunction(() => /^[\d ]{6,}$/.test(document.getElementById('reader-bottom').textContent))
    return (await shown.innerText()).replace(/\D/g, '')
  }

  press(key) {
    return this.page.locator(`#key-${key}`).click()
  }

  async signs(response) {
    await this.page.locator('#response').fill(response)
    await this.page.locator('#sign').click()
  }
}
