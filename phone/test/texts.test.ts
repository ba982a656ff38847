// Every word of the app in four languages: none missing, none unused, the same places to fill in.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guessLang, sayer } from '../src/texts/index.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const langs = ['nl', 'fr', 'de', 'en'] as const
const texts = Object.fromEntries(langs.map((lang) => [lang, JSON.parse(read(`../../texts/${lang}.json`)) as Record<string, string>]))
const sources = (readdirSync(new URL('../src', import.meta.url), { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name)).map((name) => read(`../src/${name}`)).join('\n')
const used = new Set([...sources.matchAll(/['"]((?:app|approval)\.[a-z_0-9.]+)['"]/g)].map((match) => match[1] ?? ''))
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe.each(langs)('%s', (lang) => {
  const own = texts[lang] ?? {}
  it('has every text that a screen uses', () => {
    expect([...used].filter((key) => !own[key])).toEqual([])
  })

  it('has no app text that no screen uses', () => {
    expect(Object.keys(own).filter((key) => key.startsWith('app.') && !used.has(key))).toEqual([])
  })

  it('fills in the same places as Dutch', () => {
    for (const key of used) expect(places(own[key] ?? ''), key).toEqual(places(texts.nl?.[key] ?? ''))
  })

  it('shouts nowhere', () => {
    expect([...used].filter((key) => own[key]?.includes('!'))).toEqual([])
  })
})

it('fills in what it is given and leaves a hole visible', () => {
  const t = sayer({ 'app.home.hello': 'Dag {name}' })
  expect(t('app.home.hello', { name: 'An' })).toBe('Dag An')
  expect(t('app.home.hello')).toBe('Dag {name}')
})

it('speaks the first language of the browser that it knows', () => {
  expect(guessLang(['pl-PL', 'fr-BE', 'nl'])).toBe('fr')
  expect(guessLang(['pl'])).toBe('nl')
})
