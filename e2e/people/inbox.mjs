// The message inbox of the demo world, read as a program.

/** The code in the newest SMS to `number` that was not there at `since`; waits for it. */
export async function smsCode(world, number, seen = []) {
  const until = Date.now() + 20_000
  while (Date.now() < until) {
    const fresh = (await messages(world, number)).filter((m) => m.kind === 'sms' && !seen.includes(String(m.id)))
    const code = fresh[0]?.text.match(/(?<!\d)\d{5}(?!\d)/)?.[0]
    if (code) return { code, text: fresh[0].text }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no SMS for ${number}`)
}

/** Newest first. */
export async function messages(world, to) {
  const answer = await fetch(`${world.inbox.replace(/\/$/, '')}/messages?to=${encodeURIComponent(to.replace(/ /g, ''))}`, { headers: { accept: 'application/json' } })
  if (!answer.ok) throw new Error(`inbox: ${answer.status}`)
  return answer.json()
}
