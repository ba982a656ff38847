// Commands of the phone (docs/protocol.md §3): one compact JWS per call, bound to address, server nonce and `jti`.
import { b64u } from './bytes.ts'
import { sign } from './jose.ts'

export const TYP_COMMAND = 'zelf-cmd+jws'

export interface Command {
  htu: string
  nonce: string
  jti: string
  body: unknown
}

export function randomId(): string {
  return b64u(crypto.getRandomValues(new Uint8Array(16)))
}

export function signCommand(key: CryptoKey, dev: string, command: Command): Promise<string> {
  const { htu, nonce, jti, body } = command
  return sign(key, TYP_COMMAND, dev, { v: 1, htm: 'POST', htu, nonce, jti, body })
}
