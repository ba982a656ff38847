// The operator's keys: one document under the root that this phone pinned when it was activated (docs/protocol.md §2).
import { Malformed } from './bytes.ts'
import { jwkFrom, keyId, NotSigned, verifyJws, type Jwk } from './jose.ts'
import { shaped } from './json.ts'

export const TYP_KEYS = 'zelf-keys+jws'

export type Role = 'rq' | 'rc' | 'dc' | 'vs'

export interface ServerKey {
  kid: string
  role: Role
  jwk: Jwk
}

const ROLES = new Set<string>(['rq', 'rc', 'dc', 'vs'])

/** Verifies the document under `root` and that every `kid` is its key's own name. */
export async function readKeys(document: string, root: Jwk): Promise<ServerKey[]> {
  const payload = await verifyJws(document, TYP_KEYS, { kid: await keyId('root', root), jwk: root })
  const { v, keys } = shaped(payload, { v: 'integer', iat: 'integer', keys: 'array' })
  if (v !== 1) throw new Malformed('unknown version')
  return Promise.all(
    keys.map(async (entry) => {
      const { kid, role, jwk } = shaped(entry, { kid: 'string', role: 'string', jwk: 'object' })
      const key = jwkFrom(jwk)
      if (!ROLES.has(role) || kid !== (await keyId(role, key))) throw new NotSigned(`${kid} is not the name of this key`)
      return { kid, role: role as Role, jwk: key }
    }),
  )
}

/** The key of this role that signed something; a key of another role never passes. */
export function keyNamed(keys: ServerKey[], role: Role, kid: string): ServerKey | undefined {
  return keys.find((key) => key.role === role && key.kid === kid)
}

/** The key to seal to: the first of its role in the document. */
export function firstOf(keys: ServerKey[], role: Role): ServerKey {
  const key = keys.find((candidate) => candidate.role === role)
  if (!key) throw new NotSigned(`no ${role} key`)
  return key
}
