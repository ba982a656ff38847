// The bank's guests: people of the demo whom nobody has to make first (crates/demo/src/customers.rs).

export const guestNumber = (n) => `+32 467 00 00 ${String(n).padStart(2, '0')}`

export const GUEST_PIN = '1234'

/** Card of the bank's n-th guest: a test range, the number, Luhn's digit. */
export function guestCard(n) {
  const digits = `670300000000${1000 + n}`
  const sum = [...digits].reverse().map(Number).reduce((all, digit, at) => all + (at % 2 === 0 ? Math.floor(digit / 5) + ((digit * 2) % 10) : digit), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
