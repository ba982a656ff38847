// The text a new phone shows as a QR code, and its six words (docs/life.md §6). No link: only this app's own scanner reads it.
import list from '../../../texts/six-words.json' with { type: 'json' }
import { sha256, utf8 } from './bytes.ts'

export interface NewPhone {
  activation: string
  device: string
  /** Exactly what was scanned. */
  text: string
}

const FORM = /^zelf:new:(act_[\w-]{22}):(dev_[\w-]{22})$/

/** What a new phone says of itself, or `null` for anything else. Typed by hand, blanks and line breaks do not count. */
export function readNewPhone(typed: string): NewPhone | null {
  const text = typed.replace(/\s/g, '')
  const [, activation, device] = FORM.exec(text) ?? []
  return activation && device ? { activation, device, text } : null
}

/** The first six bytes of SHA-256 of the text, each a word. */
export async function sixWords(text: string): Promise<string[]> {
  const digest = await sha256(utf8(text))
  return Array.from(digest.subarray(0, 6), (byte) => list[byte] ?? '')
}
