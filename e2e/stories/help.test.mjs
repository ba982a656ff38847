// Help, as people look for it: they type their own words, read one answer, press its button.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { closes, complaints, computer, open, phone } from '../browser.mjs'
import { look, shoot, texts } from '../look.mjs'
import { readWorld } from '../world.mjs'

const world = readWorld()
const LANGS = ['nl', 'fr', 'de', 'en']
/** What people type, by question and language; the search's own tests read it too. */
const asked = JSON.parse(readFileSync(new URL('../../crates/pages/src/help/asked.json', import.meta.url), 'utf8'))
/** The 22 questions of a help desk, in its order. */
const QUESTIONS = [
  'internet', 'update', 'pin-lost', 'forgotten-code', 'wait-20-minutes', 'unblock', 'bank-data-old', 'bank-app-missing', 'bank-not-listed', 'authentication-stopped',
  'new-number', 'new-phone', 'already-account', 'token-expired', 'reader-not-seen', 'bank-sms-other-number', 'suspicious-message', 'get-help', 'no-email',
  'foreign-number', 'too-young', 'no-chip',
]
let browser

before(async () => {
  browser = await open()
})
after(() => closes(browser))

for (const lang of LANGS) {
  test(`the 22 questions are found from what people type, without any script (${lang})`, async () => {
    const context = await computer(browser, lang, { javaScriptEnabled: false })
    const page = await context.newPage()
    const buttons = new Map()
    assert.equal(QUESTIONS.length, 22)
    await page.goto(`${world.issuer}/help?lang=${lang}`)
    for (const slug of QUESTIONS) {
      const typed = asked[slug][lang]
      for (const words of typed.slice(0, -1)) {
        const answer = await fetch(`${world.issuer}/help?lang=${lang}&q=${encodeURIComponent(words)}`)
        placed(lang, words, slug, [...(await answer.text()).matchAll(/data-slug="([a-z0-9-]+)"/g)].map(([, found]) => found))
      }
      // The last is typed by hand: the one with a slip.
      await page.locator('#q').fill(typed.at(-1))
      await page.locator('#search').click()
      await page.locator('#found').waitFor()
      placed(lang, typed.at(-1), slug, await page.locator('#found [data-slug]').evaluateAll((all) => all.map((one) => one.dataset.slug)))
      await page.locator(`#found [data-slug="${slug}"]`).click()
      await page.locator(`article[data-slug="${slug}"]`).waitFor()
      assert.equal(await page.locator('article a.button').count(), 1, `${slug}: one button`)
      assert.ok((await page.locator('article ol.steps > li').count()) >= 3, `${slug}: steps`)
      assert.equal(await page.locator('html').getAttribute('lang'), lang)
      const button = page.locator('#next')
      buttons.set(slug, [await button.evaluate((a) => a.href), (await button.innerText()).trim()])
      await page.goBack()
    }
    await worksEachOnce(page, buttons)
    await closes(context)
  })

  test(`help looks well and reads well, on a computer, a phone and paper (${lang})`, async () => {
    const say = texts(lang)
    for (const [device, take] of [['computer', computer], ['phone', phone]]) {
      const context = await take(browser, lang)
      const page = await context.newPage()
      const heard = complaints(page)
      await page.goto(`${world.issuer}/?lang=${lang}`)
      await page.locator('#all-help').click()
      await page.locator('#q').waitFor()
      await look(page, lang, `help-${device}`, { whole: true })
      await page.goto(`${world.issuer}/help?lang=${lang}&q=${encodeURIComponent(asked['forgotten-code'][lang][0])}`)
      await look(page, lang, `help-${device}-found`, { whole: true })
      await page.goto(`${world.issuer}/help?lang=${lang}&q=xyzzyplugh`)
      await page.locator('#found #contact').waitFor()
      await page.locator('#found #near').waitFor()
      await look(page, lang, `help-${device}-nothing`, { whole: true })
      for (const slug of ['suspicious-message', 'bank-not-listed']) {
        await page.goto(`${world.issuer}/help/a/${slug}?lang=${lang}`)
        await look(page, lang, `help-${device}-${slug}`, { whole: true })
      }
      await page.goto(`${world.issuer}/help/near?lang=${lang}&q=4701`)
      await page.locator('.point').first().filter({ hasText: 'Eupen' }).waitFor()
      await look(page, lang, `help-${device}-near`, { whole: true })
      await page.emulateMedia({ media: 'print' })
      await page.goto(`${world.issuer}/help/a/lost-phone?lang=${lang}`)
      assert.equal(await page.locator('nav.langs').isVisible(), false, 'paper needs no language switch')
      assert.equal(await page.locator('#next').isVisible(), true, 'paper says where to go')
      const after = await page.locator('#next').evaluate((a) => getComputedStyle(a, '::after').content)
      assert.match(after, /\/block/, `paper says the address: ${after}`)
      await shoot(page, lang, `help-${device}-paper`, { whole: true })
      assert.deepEqual(heard, [])
      await closes(context)
    }
    assert.ok(say('help.page.title').length > 0)
  })
}

test('another language shows the same answer, a wrong address a way to help', async () => {
  const context = await computer(browser, 'nl')
  const page = await context.newPage()
  await page.goto(`${world.issuer}/help/a/stop?lang=nl`)
  await page.locator('nav.langs a[hreflang="fr"]').click()
  await page.locator('html[lang="fr"] article[data-slug="stop"]').waitFor()
  await page.goto(`${world.issuer}/help/a/no-such-thing`)
  await page.locator('#answer').click()
  await page.locator('article #next').waitFor()
  await closes(context)
})

function placed(lang, words, slug, found) {
  const place = found.indexOf(slug)
  assert.ok(place >= 0 && place < 3, `${lang}: “${words}” finds ${slug} at place ${place + 1} of ${found.join(', ')}`)
}

/** Goes where each different button leads: our own pages must answer; other people's must be addresses. */
async function worksEachOnce(page, buttons) {
  const ours = new Map()
  for (const [slug, [href, label]] of buttons) {
    assert.ok(label.length > 3, `${slug}: the button says what it does`)
    if (href.startsWith(world.issuer) || href.startsWith(world.app)) ours.set(href, slug)
    else assert.match(href, /^https:\/\//, `${slug} leads to ${href}`)
  }
  for (const [href, slug] of ours) {
    const answer = await page.goto(href)
    assert.equal(answer.status(), 200, `${slug}: ${href}`)
  }
}
