// The text of a confirmation: letters, `<b>`, `<i>`, `<u>` in pairs and `<br>`, and nothing else. `&lt;`, `&gt;` and `&amp;` stand
// for the three letters that would read as markup. What is not exactly that is refused, so that nothing is drawn otherwise than it was signed.
import { Malformed } from './bytes.ts'

export type Style = 'b' | 'i' | 'u'
/** Letters, a line's end (`null`), or what stands between a pair of tags. */
export type Marked = string | null | { style: Style; inside: Marked[] }

const PIECES = /<(\/?)([a-z]+)>|[^<]+|</g
const LETTERS: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

export function readMarkup(text: string): Marked[] {
  const whole: Marked[] = []
  const open: { style: Style; inside: Marked[] }[] = []
  for (const [piece, close, tag] of text.matchAll(PIECES)) {
    const inside = open.at(-1)?.inside ?? whole
    if (tag === undefined) inside.push(letters(piece))
    else if (close) {
      if (open.pop()?.style !== tag) throw new Malformed(`</${tag}> closes nothing`)
    } else if (tag === 'br') inside.push(null)
    else if (tag === 'b' || tag === 'i' || tag === 'u') {
      const part = { style: tag, inside: [] } satisfies Marked
      inside.push(part)
      open.push(part)
    } else throw new Malformed(`<${tag}> is no markup of ours`)
  }
  if (open.length > 0) throw new Malformed('a tag stays open')
  return whole
}

function letters(piece: string): string {
  if (/[<>]|&(?!(?:lt|gt|amp);)/.test(piece)) throw new Malformed('a letter that must be written out')
  return piece.replace(/&\w+;/g, (written) => LETTERS[written] ?? written)
}
