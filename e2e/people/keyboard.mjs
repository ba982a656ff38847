// Hands that have a keyboard and nothing else.
import assert from 'node:assert/strict'

/** Presses Tab until the focus is there; a page where that takes more than 40 has no way for a keyboard. */
export async function tabTo(page, selector) {
  for (let at = 0; at < 40; at++) {
    if (await soon(page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector), page)) return
    await soon(page.keyboard.press('Tab'), page)
  }
  assert.fail(`${selector} is not reached with Tab on ${page.url()}`)
}

/** Goes there with Tab, where the focus must be seen, and presses `key`. */
export async function press(page, selector, key = 'Enter') {
  await tabTo(page, selector)
  await seesFocus(page)
  await soon(page.keyboard.press(key), page)
}

/** A key has no time limit of its own. */
function soon(work, page) {
  let late
  const limit = new Promise((_, reject) => (late = setTimeout(() => reject(new Error(`${page.url()} does not answer keys`)), 15_000)))
  return Promise.race([work, limit]).finally(() => clearTimeout(late))
}

/** What has the focus shows it. */
export async function seesFocus(page) {
  const style = await page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement)
    return { outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, shadow: boxShadow !== 'none' }
  })
  assert.ok(style.outline || style.shadow, 'the focus cannot be seen')
}
