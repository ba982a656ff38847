// A step of a story: when it fails, what follows could only fail too, so the story stops there, with a photograph.
import { shoot } from '../look.mjs'

export async function step(t, name, work, pages = []) {
  let failure
  await t.test(name, async () => {
    try {
      await work()
    } catch (error) {
      failure = error
      for (const page of pages) await shoot(page, 'failed', name.replace(/\W+/g, '-').slice(0, 60)).catch(() => undefined)
      throw error
    }
  })
  if (failure) throw new Error(`the story stopped at: ${name}`)
}
