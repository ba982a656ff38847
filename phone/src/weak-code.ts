// Codes that everybody chooses, and codes that somebody who knows the person would try first. Checked on the phone:
// the server never sees a code.

export type Weakness = 'common' | 'birthdate' | 'number'

/** Popular beyond any rule: dates, keypad shapes, jokes. */
const POPULAR = new Set(
  (
    '10203 11235 12358 31415 27182 14142 16180 12512 13131 00700 42069 69420 31337 13337 80085 90210 10101 20202 12300 32100 10000 20000 30000 ' +
    '50000 90000 00001 00002 00007 10001 12012 20252 20262 20002 19191 24242 25255 52525 11112 22223 ' +
    '25800 02580 08520 00852 14789 98741 12369 96321 36987 78963 32147 74123 14700 00147 36900 00369 25852 15900 35700 75300 95100 ' +
    '15937 37159 95173 73951 24862 26842 42684 86248 14563 36541 45696 12365 32145 78965 98745 58025 25808'
  ).split(' '),
)

const RUNS = ['01234567890', '09876543210', '1357913579', '2468024680', '9753197531', '8642086420', '0246802468']

/** Why a code is refused, or `null`. `birthdate` is `YYYY-MM-DD`, `number` as the person reads it. */
export function weakness(code: string, birthdate: string | undefined, number: string | null): Weakness | null {
  if (isCommon(code)) return 'common'
  if (birthdate && isFromBirthdate(code, birthdate)) return 'birthdate'
  if (number && isFromNumber(code, number)) return 'number'
  return null
}

function isCommon(code: string): boolean {
  const digits = [...code]
  const mirrored = [...digits].reverse().join('') === code
  const fewDigits = new Set(digits).size <= 2
  const fourInARow = Array.from({ length: 2 }, (_, at) => code.slice(at, at + 4)).some((part) => RUNS.some((run) => run.includes(part)))
  const pairs = /^(\d)\1(\d)\2\d$|^\d(\d)\1(\d)\2$/.test(code)
  return mirrored || fewDigits || fourInARow || pairs || /(\d)\1\1/.test(code) || /^(\d\d\d?)\d?\1/.test(code) || POPULAR.has(code)
}

/** Any five digits in a row of the birth date, written in any order of day, month and year. */
function isFromBirthdate(code: string, birthdate: string): boolean {
  const [year, month, day] = birthdate.split('-') as [string, string, string]
  const short = (part: string) => String(Number(part))
  const years = [year, year.slice(2)]
  const months = [month, short(month)]
  const days = [day, short(day)]
  for (const y of years)
    for (const m of months)
      for (const d of days) {
        const orders = [d + m + y, d + y + m, m + d + y, m + y + d, y + m + d, y + d + m]
        if (orders.some((text) => text.includes(code))) return true
      }
  return false
}

function isFromNumber(code: string, number: string): boolean {
  const digits = number.replace(/\D/g, '')
  const national = number.replace(/^\+\d+\s*/, '0').replace(/\D/g, '')
  return digits.includes(code) || national.includes(code)
}
