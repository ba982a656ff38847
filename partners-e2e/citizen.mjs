// A person with a simulated phone and a browser without a window: the same protocol as everybody, no back door.
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ZELF } from '../e2e/world.mjs'

const run = promisify(execFile)
export const CODE = '27935'

/** Cookies and forms; redirects are looked at one by one. */
export class Browser {
  #cookies = new Map()

  constructor(issuer) {
    this.issuer = issuer
  }

  /** Not by `fetch`, which tells servers that a script is asking. */
  async ask(url, form) {
    const body = form && new URLSearchParams(form).toString()
    const headers = {
      cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36',
      accept: 'text/html',
      ...(body ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } : {}),
    }
    const answer = await new Promise((resolve, reject) => {
      const sent = request(new URL(url, this.issuer), { method: body ? 'POST' : 'GET', headers }, resolve)
      sent.on('error', reject).end(body)
    })
    answer.setEncoding('utf8')
    let text = ''
    for await (const part of answer) text += part
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) this.#cookies.set(name, value)
      else this.#cookies.delete(name)
    }
    return { status: answer.statusCode, location: answer.headers.location ?? null, headers: answer.headers, text }
  }

  /** Value of a form field. */
  static field(page, name) {
    const tag = new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(page.text)?.[0]
    return tag && unescape(/value="([^"]*)"/.exec(tag)?.[1] ?? '')
  }

  /** Text of an element. */
  static text(page, id) {
    return new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(page.text)?.[1]
  }
}

const unescape = (text) => text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')

export class Citizen {
  /** Activates a phone for a customer of the demo's bank. */
  static async activate(world, customer, number) {
    const citizen = new Citizen()
    citizen.world = world
    citizen.number = number
    citizen.state = join(mkdtempSync(join(tmpdir(), 'zelf-citizen-')), 'phone.json')
    await citizen.phone('--server', world.app, 'activate', '--bank', 'belfius', '--customer', customer, '--number', number, '--code', CODE)
    return citizen
  }

  /** One command of the simulated phone. */
  async phone(...words) {
    const { stdout } = await run(ZELF, ['phone', '--state', this.state, ...words])
    return JSON.parse(stdout)
  }

  approve(...more) {
    return this.phone('approve', '--code', CODE, ...more)
  }

  /** From the service's link to the address the browser is sent back to. */
  async logIn(authorize, answer = (match) => this.approve('--match', match)) {
    const browser = new Browser(this.world.issuer)
    let page = await browser.ask(authorize)
    // A pushed request is opened once, and from then on lies in the page.
    if (page.location?.startsWith('/login?')) page = await browser.ask(page.location)
    if (page.location) return arrived(page)
    if (page.status !== 200) throw new Error(`no login page: ${page.status} ${page.text}`)
    const sent = await browser.ask('/login', { req: Browser.field(page, 'req'), country: 'BE', phone: this.number })
    if (sent.status !== 303) throw new Error(`the number was not taken: ${sent.status} ${sent.text}`)
    const waiting = await browser.ask(sent.location)
    await answer(Browser.text(waiting, 'match'))
    for (let tries = 0; tries < 50; tries++) {
      const now = await browser.ask(sent.location)
      const back = /id="back"[^>]*href="([^"]*)"/.exec(now.text)?.[1]
      if (back) return { url: new URL(unescape(back)), text: now.text }
      // A signed answer, or one in a form, is made when the person asks for it.
      if (/id="back"[^>]*formaction=/.test(now.text)) return arrived(await browser.ask('/login/cancel', { req: Browser.field(now, 'req') }))
      if (now.location || /<form[^>]*action="https?:/.test(now.text)) return arrived(now)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the waiting page never let go')
  }
}

/** A redirect, or a page that posts itself to the service. */
function arrived(page) {
  if (page.location?.startsWith('/')) throw new Error(`a problem page of the provider: ${page.location}`)
  if (page.location) return { url: new URL(page.location), text: page.text }
  const onward = /id="onward"[^>]*href="([^"]*)"/.exec(page.text)?.[1]
  if (onward) return { url: new URL(unescape(onward)), text: page.text }
  const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1]
  if (!action) throw new Error(`neither redirect nor form: ${page.status} ${page.text}`)
  const fields = [...page.text.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name, unescape(value)])
  return { url: new URL(unescape(action)), form: new URLSearchParams(fields), text: page.text }
}
