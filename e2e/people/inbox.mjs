// The message inbox of the demo world, read as a program.

/** The code in the newest SMS to `number` that was not there at `since`; waits for it. */
export async function smsCode(world, number, seen = []) {
  const until = Date.now() + 20_000
  while (Date.now() < until) {
    const fresh = (await messages(world, number)).filter((m) => m.kind === 'sms' && !seen.includes(String(m.id)))
    // A notice of the bank may have come later.
    for (const { text } of fresh) {
      const code = text.match(/(?<!\d)\d{5}(?!\d)/)?.[0]
      if (code) return { code, text }
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no SMS for ${number}`)
}

/** The first message to `to` that `fits` and was not there at `seen`; waits for it. */
export async function message(world, to, fits, seen = []) {
  const until = Date.now() + 20_000
  while (Date.now() < until) {
    const found = (await messages(world, to)).find((m) => !seen.includes(String(m.id)) && fits(m))
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no such message for ${to}`)
}

/** Ids of what lies there now. */
export const seenBy = async (world, to) => (await messages(world, to)).map((one) => String(one.id))

/** The eight signs that stop a change, as a message tells them. */
export const stopCodeIn = (text) => /\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/.exec(text)?.[0]

/** Newest first. */
export async function messages(world, to) {
  const answer = await fetch(`${world.inbox.replace(/\/$/, '')}/messages?to=${encodeURIComponent(to.replace(/ /g, ''))}`, { headers: { accept: 'application/json' } })
  if (!answer.ok) throw new Error(`inbox: ${answer.status}`)
  return answer.json()
}
