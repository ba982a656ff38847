// A citizen with the phone app: what is on the screen, and what a thumb does.
import assert from 'node:assert/strict'
import { closes, complaints, phone } from '../browser.mjs'
import { films } from '../camera.mjs'
import { look } from '../look.mjs'

/** Screens that wait for another screen, and the one at the end (docs/life.md §2). */
const WAITS_ELSEWHERE = new Set(['loading', 'handover', 'home'])

export class Phone {
  static async take(browser, world, lang, more = {}) {
    const { origin } = new URL(world.app)
    const context = await phone(browser, lang, more)
    await context.grantPermissions(['notifications'], { origin })
    const page = await context.newPage()
    await page.goto(world.app)
    return new Phone(context, page, world, lang)
  }

  /** A phone that writes down every screen it shows (`screens`), and those on which its owner did something (`acts`). */
  static async counting(browser, world, lang, { query = '', ...more } = {}) {
    const context = await phone(browser, lang, more)
    const screens = []
    const acts = []
    await context.exposeFunction('zelfSaw', (name) => WAITS_ELSEWHERE.has(name) || (name === screens.at(-1)) || screens.push(name))
    await context.exposeFunction('zelfDid', (name) => WAITS_ELSEWHERE.has(name) || name === acts.at(-1) || acts.push(name))
    await context.addInitScript(() => {
      const did = () => {
        const name = document.querySelector('[data-screen]')?.getAttribute('data-screen')
        if (name) window.zelfDid(name)
      }
      for (const event of ['click', 'input', 'change', 'keydown']) window.addEventListener(event, did, { capture: true })
      new MutationObserver(() => {
        const name = document.querySelector('[data-screen]')?.getAttribute('data-screen')
        if (name && name !== window.zelfLast) window.zelfSaw((window.zelfLast = name))
      }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-screen'] })
    })
    const page = await context.newPage()
    await page.goto(`${world.app}${query}`)
    return Object.assign(new Phone(context, page, world, lang), { screens, acts })
  }

  constructor(context, page, world, lang) {
    Object.assign(this, { context, page, world, lang, heard: complaints(page) })
  }

  /** Waits for a screen and looks at it. */
  async sees(screen, name = screen, options = {}) {
    await this.at(screen)
    await look(this.page, this.lang, `phone-${name}`, options)
  }

  at(screen) {
    return this.page.locator(`[data-screen="${screen}"]`).waitFor()
  }

  tap(id) {
    return this.page.getByTestId(id).first().click()
  }

  type(id, words) {
    return this.page.getByTestId(id).fill(words)
  }

  /** The five digits on the app's own pad. */
  async code(digits) {
    for (const digit of digits) await this.tap(`key-${digit}`)
  }

  /** On the first screen, with a card: number and token from the computer, in the fields of one screen. */
  async typesToken(number, token) {
    await this.tap('activate-eid')
    await this.at('token')
    await this.type('number', number.replace('+32 ', '0'))
    await this.type('token', token)
    await this.tap('continue')
  }

  /** A code of one's own, twice on one screen; then the home screen says that it is done. */
  async choosesCode(digits) {
    await this.at('code')
    await this.code(digits)
    await this.code(digits)
    await this.tap('continue')
    await this.page.getByTestId('done').waitFor()
  }

  /** What home proposes now: answers it and waits until it is gone. */
  async answers(about, answer = 'not-now') {
    const card = this.page.locator(`[data-testid="suggestion"][data-about="${about}"]`)
    await card.getByTestId(answer).click()
    await card.waitFor({ state: 'detached' })
  }

  /** Complaint in place, with its code. */
  async problem(code) {
    await this.page.locator(`[data-problem^="${code}"]`).waitFor()
    return this.page.getByTestId('problem').innerText()
  }

  /** Closes the app and opens it again. */
  async reopen() {
    await this.page.reload()
  }

  /** What waits on the home screen is opened, the number typed; the code comes next. */
  async opens(match) {
    await this.at('home')
    await this.page.getByTestId('request').first().click({ timeout: 20_000 })
    await this.at('approval')
    if (match) await this.type('match', match)
  }

  /** What waits, of this kind (`login share payment text`), opened and looked at. */
  async opensKind(kind, match, name = `approval-${kind}`) {
    await this.opens(match)
    await this.page.locator(`[data-testid="what"][data-kind="${kind}"]`).waitFor()
    await look(this.page, this.lang, `phone-${name}`)
  }

  /** From the open request to the receipt: the code, and what the screen says then. */
  async says(yes) {
    await this.tap('continue')
    await this.at('approval-code')
    await this.code(yes)
    await this.tap('approve')
    await this.at('approved')
  }

  /** Shares what is asked, but for these claims. */
  async shares({ match, code, without = [] }) {
    await this.opensKind('share', match)
    for (const claim of without) {
      await this.tap(`share-${claim}`)
      await this.page.locator(`[data-claim="${claim}"][data-kept]`).waitFor()
    }
    await this.says(code)
  }

  /** Pays this much to this payee: both stand on the screen, and again over the code. */
  async pays({ match, code, amount, payee }) {
    await this.opensKind('payment', match)
    const spaces = (text) => text.replace(/\s+/g, ' ').trim()
    assert.equal(spaces(await this.page.getByTestId('amount').locator('dd').innerText()), amount)
    assert.ok(spaces(await this.page.getByTestId('payment').innerText()).includes(payee), payee)
    await this.tap('continue')
    await this.at('approval-code')
    const summary = spaces(await this.page.getByTestId('summary').innerText())
    assert.ok(summary.includes(amount) && summary.includes(payee), summary)
    await this.code(code)
    await this.tap('approve')
    await this.at('approved')
  }

  /** Reads a text to its end, then confirms it. The number is asked once it was read. */
  async confirms({ match, code, words }) {
    await this.opensKind('text')
    if (words) assert.ok((await this.page.getByTestId('text').innerText()).includes(words), words)
    await this.reads()
    if (match) await this.type('match', match)
    await this.says(code)
  }

  /** Goes to the end of the text; the way on opens. */
  async reads() {
    await this.page.getByTestId('text-end').scrollIntoViewIfNeeded()
    await this.page.locator('[data-testid="continue"]:not([disabled])').waitFor()
  }

  /** The phone's own camera app saw a code, or its browser followed a link: zelf opens with it. */
  async follows(text) {
    const address = new URL(text)
    address.search = new URL(this.page.url()).search
    await this.page.goto(address.href)
  }

  /** Holds the camera (of `openWithCamera(film)`) before the code at `selector` of that page. A code lives some seconds: then once more. */
  async scansFrom(page, selector, film) {
    await this.context.grantPermissions(['camera'], { origin: new URL(this.world.app).origin })
    for (let tries = 0; tries < 4; tries++) {
      await this.at('home')
      await films(page, selector, film)
      await this.tap('home-scan')
      const approval = this.page.locator('[data-screen="approval"]')
      const old = this.page.locator('[data-problem="scan_old"]')
      await approval.or(old).first().waitFor({ timeout: 20_000 })
      if (await approval.isVisible()) return
      await this.tap('back')
    }
    assert.fail('the code was always too old')
  }

  async close() {
    assert.deepEqual(this.heard, [], 'the phone app complained')
    await closes(this.context)
  }
}
