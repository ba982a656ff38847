// The letters of an identification token: none that looks like another one, and capital and small letters count (docs/eid.md §4).
const LETTERS = 'ABDEFGHJLMNQRTYabdefghmnrty23457'

export const TOKEN_LENGTH = 6

/** What was typed or pasted, without blanks and dashes. */
export const readToken = (typed: string): string => typed.replace(/[\s\u00ad\u200b-\u200d\u2010-\u2015-]/g, '')

/** Characters that stand in no token, each once, in order. */
export const strangers = (token: string): string[] => [...new Set([...token].filter((letter) => !LETTERS.includes(letter)))]

export const sortOf = (letter: string): 'capital' | 'small' | 'digit' => (/\d/.test(letter) ? 'digit' : letter === letter.toUpperCase() ? 'capital' : 'small')
