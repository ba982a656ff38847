// Hands that have a keyboard and nothing else.
import assert from 'node:assert/strict'

/** Presses Tab until the focus is there; a page where that takes more than 40 has no way for a keyboard. */
export async function tabTo(page, selector) {
  for (let at = 0; at < 40; at++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`${selector} is not reached with Tab on ${page.url()}`)
}

/** Goes there with Tab, where the focus must be seen, and presses `key`. */
export async function press(page, selector, key = 'Enter') {
  await tabTo(page, selector)
  await seesFocus(page)
  await page.keyboard.press(key)
}

/** What has the focus shows it. */
export async function seesFocus(page) {
  const style = await page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement)
    return { outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, shadow: boxShadow !== 'none' }
  })
  assert.ok(style.outline || style.shadow, 'the focus cannot be seen')
}
