// JSON for signed payloads: like JSON.parse, but a member that stands twice is refused (RFC 8259 §4 leaves it open).
import { Malformed } from './bytes.ts'

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json }

/** Parses one JSON text and refuses duplicate members at any depth. */
export function parseStrict(text: string): Json {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw new Malformed('not JSON')
  }
  refuseDuplicates(text)
  return value
}

/** Walks a text that is known to be JSON: only strings and brackets matter. */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '{') open.push(new Set())
    else if (letter === '[') open.push(null)
    else if (letter === '}' || letter === ']') open.pop()
    else if (letter === '"') {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names && /^\s*:/.test(text.slice(end + 1))) {
        const name = JSON.parse(text.slice(at, end + 1)) as string
        if (names.has(name)) throw new Malformed(`duplicate member ${name}`)
        names.add(name)
      }
      at = end
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

type Kind = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'strings'
type KindOf = { string: string; integer: number; boolean: boolean; object: { [member: string]: Json }; array: Json[]; strings: string[] }
export type Shape = { [member: string]: Kind }
export type Shaped<S extends Shape> = { [M in keyof S]: KindOf[S[M]] }

/** An object with exactly these members, each of its kind; those of `optional` may be left out. */
export function shaped<S extends Shape, O extends Shape = Record<never, never>>(value: Json, shape: S, optional?: O): Shaped<S> & Partial<Shaped<O>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Malformed('not an object')
  const known: Shape = { ...optional, ...shape }
  for (const member of Object.keys(value)) if (!Object.hasOwn(known, member)) throw new Malformed(`unknown member ${member}`)
  for (const [member, kind] of Object.entries(known)) {
    const here = Object.hasOwn(value, member)
    if (here ? !isKind(value[member]!, kind) : Object.hasOwn(shape, member)) throw new Malformed(`member ${member} is not ${kind}`)
  }
  return value as Shaped<S> & Partial<Shaped<O>>
}

function isKind(value: Json, kind: Kind): boolean {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return typeof value === kind
  }
}
