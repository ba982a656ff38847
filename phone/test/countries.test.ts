import { expect, it } from 'vitest'
import { countries, countryOf, search } from '../src/countries.ts'

it('every country has a name and a code in every language', () => {
  for (const lang of ['nl', 'fr', 'de', 'en'] as const) {
    const all = countries(lang)
    expect(all.length).toBeGreaterThan(240)
    for (const { id, code, name } of all) {
      expect(name, id).not.toBe(id)
      expect(code).toMatch(/^[1-9]\d{0,3}$/)
    }
  }
})

it('stands in the order of the language', () => {
  const names = countries('nl').map((one) => one.name)
  expect(names.indexOf('Afghanistan')).toBeLessThan(names.indexOf('Albanië'))
  expect(names.indexOf('Zwitserland')).toBeGreaterThan(names.indexOf('Zweden'))
})

it('is found by part of its name, without accents, by code or by letters', () => {
  const all = countries('nl')
  const ids = (words: string) => search(all, words).map((one) => one.id)
  expect(ids('belgie')).toEqual(['BE'])
  expect(ids('BELG')).toEqual(['BE'])
  expect(ids('352')).toEqual(['LU'])
  expect(ids('+31')).toContain('NL')
  expect(ids('be')).toContain('BE')
  expect(ids('zzz')).toEqual([])
})

it.each([['352621123456', 'LU'], ['32468758960', 'BE'], ['12025550123', 'US'], ['441534123456', 'GB'], ['12642351234', 'AI'], ['999', null]])('+%s is from %s', (digits, id) => {
  expect(countryOf(digits, 'NL')).toBe(id)
})
