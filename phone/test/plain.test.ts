// What a person cannot see is no part of what they approve; phone and server agree on what that is.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { hiddenRanges, visible } from '../src/protocol/plain.ts'

const shared = JSON.parse(readFileSync(new URL('../../vectors/hidden-characters.json', import.meta.url), 'utf8')) as { ranges: number[][]; refused: string[]; taken: string[] }

it('holds for hidden what the server holds for hidden', () => {
  expect(hiddenRanges()).toEqual(shared.ranges)
})

it.each(shared.refused)('does not draw %j', (line) => {
  expect(visible(line)).toBe(false)
})

it.each(shared.taken)('draws %j', (line) => {
  expect(visible(line)).toBe(true)
})
