// Words: one chunk per language, made from /texts/*.json by the build (only the keys of this app).
import type nl from '../../../texts/nl.json'
import { LANGS, type Lang } from '../contract.ts'

export type Key = Extract<keyof typeof nl, `app.${string}` | `approval.${string}` | `claim.${string}`>
export type Words = Record<string, string>
export type Say = (key: Key, values?: Record<string, string | number>) => string

const LOADERS: Record<Lang, () => Promise<{ default: Words }>> = {
  nl: () => import('virtual:words/nl'),
  fr: () => import('virtual:words/fr'),
  de: () => import('virtual:words/de'),
  en: () => import('virtual:words/en'),
}

export const loadWords = async (lang: Lang): Promise<Words> => (await LOADERS[lang]()).default

export function sayer(words: Words): Say {
  return (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The first language of the browser that we speak; Dutch otherwise. */
export function guessLang(wanted: readonly string[]): Lang {
  for (const tag of wanted) {
    const lang = tag.slice(0, 2).toLowerCase() as Lang
    if (LANGS.includes(lang)) return lang
  }
  return 'nl'
}

export const LANGUAGE_NAMES: Record<Lang, string> = { nl: 'Nederlands', fr: 'Français', de: 'Deutsch', en: 'English' }
