// Fingerprint or face: what the authenticator is asked to sign (docs/life.md §8). Every member travels as base64url.
import { b64u, join, sha256, unb64u, utf8, type Bytes } from './bytes.ts'

export const BIO = 'zelf/bio/v1'
export const BIO_ENROL = 'zelf/bio-enrol/v1'

/** The proof beside M2, in place of the code's. The signature is DER, as the authenticator made it. */
export interface Bio {
  id: string
  authenticator_data: string
  client_data: string
  signature: string
}

/** A new credential; `public_key` is its SPKI. */
export interface BioCredential {
  id: string
  public_key: string
  authenticator_data: string
  client_data: string
}

/** The challenge for exactly this `header.payload` of M2. */
export const bioChallenge = async (signingInput: string): Promise<Bytes> => sha256(join(BIO, await sha256(utf8(signingInput))))

/** The challenge of a registration on this phone. */
export const enrolChallenge = (dev: string): Promise<Bytes> => sha256(join(BIO_ENROL, dev))

type Attested = AuthenticatorAttestationResponse & { getPublicKey(): ArrayBuffer | null; getAuthenticatorData(): ArrayBuffer }

const text = (bytes: ArrayBuffer) => b64u(new Uint8Array(bytes))

export const creationOptions = (dev: string, host: string, name: string, challenge: Bytes): PublicKeyCredentialCreationOptions => ({
  challenge,
  rp: { id: host, name: 'zelf' },
  user: { id: crypto.getRandomValues(new Uint8Array(16)), name: name || dev, displayName: name || 'zelf' },
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  authenticatorSelection: { authenticatorAttachment: 'platform', userVerification: 'required', residentKey: 'discouraged', requireResidentKey: false },
  attestation: 'none',
  timeout: 60_000,
})

export const requestOptions = (host: string, id: string, challenge: Bytes): PublicKeyCredentialRequestOptions => ({
  challenge,
  rpId: host,
  allowCredentials: [{ type: 'public-key', id: unb64u(id), transports: ['internal'] }],
  userVerification: 'required',
  timeout: 60_000,
})

/** `null` when the browser does not say which key was made. */
export function credentialOf(made: PublicKeyCredential): BioCredential | null {
  const response = made.response as Attested
  const key = response.getPublicKey?.()
  if (!key) return null
  return { id: text(made.rawId), public_key: text(key), authenticator_data: text(response.getAuthenticatorData()), client_data: text(response.clientDataJSON) }
}

export function bioOf(given: PublicKeyCredential): Bio {
  const response = given.response as AuthenticatorAssertionResponse
  return { id: text(given.rawId), authenticator_data: text(response.authenticatorData), client_data: text(response.clientDataJSON), signature: text(response.signature) }
}
