import { describe, expect, it } from 'vitest'
import { b64u, unb64u, utf8 } from '../src/protocol/bytes.ts'
import { jwkFrom, parseJws } from '../src/protocol/jose.ts'
import { parseStrict, shaped } from '../src/protocol/json.ts'

describe('JSON from outside', () => {
  it.each(['{"a":1,"a":2}', '{"a":{"b":1,"b":2}}', '[{"x":0},{"x":0,"y":[],"x":1}]', '{"a" : 1, "\\u0061":2}', '{"k":"}\\"{","k":1}'])('%s has a member twice', (text) => {
    expect(() => parseStrict(text)).toThrow('duplicate')
  })

  it.each(['{"a":1,"b":{"a":2}}', '[{"a":1},{"a":1}]', '{"a":"a\\":1","b":["a","a"]}', '{"":1}', '"a:a"', '{"a":"\\\\","b":1}'])('%s is fine', (text) => {
    expect(parseStrict(text)).toEqual(JSON.parse(text))
  })

  it.each(['', '{', '{"a":1,}', 'undefined', '{"a":1}x', '\u0000', '{"a":NaN}'])('%j is not JSON', (text) => {
    expect(() => parseStrict(text)).toThrow()
  })

  it('has exactly the members it should, each of its kind', () => {
    const shape = { n: 'integer', s: 'string', l: 'strings', o: 'object' } as const
    expect(shaped({ n: 1, s: '', l: ['a'], o: {} }, shape)).toEqual({ n: 1, s: '', l: ['a'], o: {} })
    for (const bad of [{ n: 1.5, s: '', l: [], o: {} }, { n: 1, s: '', l: [1], o: {} }, { n: 1, s: '', l: [], o: [] }, { n: 1, s: '', l: [], o: null }, { n: 1, s: '', l: [], o: {}, z: 1 }, { n: 1 }, [], null, 'x'])
      expect(() => shaped(bad as never, shape)).toThrow()
  })
})

describe('base64url', () => {
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'ÿþ'])('%j comes back', (text) => {
    expect(unb64u(b64u(utf8(text)))).toEqual(utf8(text))
    expect(b64u(utf8(text))).toBe(Buffer.from(text).toString('base64url'))
  })

  it.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'A+A/', 'AA A', 'é'])('%j is refused', (text) => {
    expect(() => unb64u(text)).toThrow()
  })
})

it.each(['', '.', '..', 'a.b.c', 'e30.e30.', '.e30.AA', `${b64u(utf8('[]'))}.e30.AA`, `${b64u(utf8('{"alg":"ES256","typ":"x"}'))}.e30.AA`])('%j is not a JWS', (text) => {
  expect(() => parseJws(text)).toThrow()
})

it('a key is refused with a private part, another curve or short coordinates', () => {
  const x = b64u(new Uint8Array(32))
  expect(() => jwkFrom({ kty: 'EC', crv: 'P-256', x, y: x, d: x })).toThrow('unknown member')
  expect(() => jwkFrom({ kty: 'EC', crv: 'P-384', x, y: x })).toThrow()
  expect(() => jwkFrom({ kty: 'EC', crv: 'P-256', x: x.slice(4), y: x })).toThrow()
})
