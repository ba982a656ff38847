// Writing that is drawn as it is signed. The same list as the server's (crates/protocol/src/plain.rs): what nobody sees, and what
// changes how other characters are drawn. With one of these, what is drawn would not be what is signed.
const HIDDEN: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f], [0x007f, 0x009f], [0x00ad, 0x00ad], [0x034f, 0x034f], [0x061c, 0x061c], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180f],
  [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff9, 0xfffb], [0xe0000, 0xe0fff],
]

/** First and last of each range, for the test that holds both lists equal. */
export const hiddenRanges = (): number[][] => HIDDEN.map((range) => [...range])

/** True when somebody can see every character of a line. */
export function visible(line: string): boolean {
  for (const letter of line) {
    const code = letter.codePointAt(0) ?? 0
    if (HIDDEN.some(([first, last]) => first <= code && code <= last)) return false
  }
  return true
}
