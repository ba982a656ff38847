// Fingerprint or face in place of the code, where the service allows it (docs/life.md §8).
import type { App } from '../app.ts'
import { bioChallenge, bioOf, creationOptions, credentialOf, enrolChallenge, requestOptions, type Bio } from '../protocol/bio.ts'
import type { Request } from '../protocol/messages.ts'
import type { State } from '../state.ts'
import { ask } from './account/act.ts'

/** The authenticator said no, or the person did. */
export class BioRefused extends Error {
  override name = 'BioRefused'
}

/** Does this phone have something that knows its owner? */
export async function bioAvailable(): Promise<boolean> {
  try {
    return typeof PublicKeyCredential !== 'undefined' && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())
  } catch {
    return false
  }
}

/** On: the authenticator makes a key, and the code puts it in use. Off: the code takes it out of use. */
export const switchBiometrics = (app: App, on: boolean) =>
  app.during(async () => {
    if (!on) return ask(app, 'biometrics', { on: false })
    const publicKey = creationOptions(app.own.dev, location.hostname, app.state.home?.first_name ?? '', await enrolChallenge(app.own.dev))
    const made = (await navigator.credentials.create({ publicKey }).catch(() => null)) as PublicKeyCredential | null
    const credential = made && credentialOf(made)
    if (!credential) return app.tell('bio_failed')
    await ask(app, 'biometrics', { on: true, credential })
  })

/** May fingerprint or face answer this request on this phone, now? */
export const bioAllowed = ({ home }: State, request: Request, now: number): boolean => request.uv === 'pin_or_bio' && Boolean(home?.biometric) && (home?.careful ?? 0) <= now

/** The authenticator's word on exactly this M2. */
export async function bioProof(app: App, signingInput: string): Promise<Bio> {
  const id = app.state.home?.biometric
  if (!id) throw new BioRefused()
  try {
    const publicKey = requestOptions(location.hostname, id, await bioChallenge(signingInput))
    const given = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null
    if (!given) throw new BioRefused()
    return bioOf(given)
  } catch {
    throw new BioRefused()
  }
}
