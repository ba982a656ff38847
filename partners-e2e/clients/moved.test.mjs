// openid-client 6 as a service that was built for itsme®: registered by the two commands of the page, then nothing but another address.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import * as client from 'openid-client'
import { readWorld, ZELF } from '../../e2e/world.mjs'
import { Citizen } from '../citizen.mjs'

const run = promisify(execFile)
const world = readWorld()
const REDIRECT = 'http://localhost:9/callback'
const ID = `moved-${process.pid}`
const base = `${world.issuer}/v2`
let an, signing, sealing

const rsa = (name, uses) => crypto.subtle.generateKey({ name, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, uses)
const published = async (pair, more) => ({ ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), key_ops: undefined, ...more })

/** The commands of docs/partners/moving-from-itsme.md, with names and addresses of ours. */
async function typed(keys) {
  const page = readFileSync(new URL('../../docs/partners/moving-from-itsme.md', import.meta.url), 'utf8')
  const lines = page.split('\n').map((line) => line.trim()).filter((line) => /^zelf (partner|service) add /.test(line))
  assert.equal(lines.length, 2)
  for (const line of lines) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare).slice(1)
    const ours = words.map((word) => ({ YOUR_CLIENT_ID: ID, YOUR_SERVICE: 'MOVED_LOGIN', '--jwks-uri': '--jwks', 'https://www.you.example/jwks.json': keys, 'https://www.you.example/callback': REDIRECT })[word] ?? word)
    await run(ZELF, [...ours, '--config', world.config])
  }
  // The server looks for changes every two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2500))
}

before(async () => {
  an = await Citizen.activate(world, 'guest-705', '+32468710705')
  signing = await rsa('RSASSA-PKCS1-v1_5', ['sign', 'verify'])
  sealing = await rsa('RSA-OAEP', ['encrypt', 'decrypt'])
  const keys = [await published(signing, { kid: 'sig-1', use: 'sig', alg: 'RS256' }), await published(sealing, { kid: 'enc-1', use: 'enc', alg: 'RSA-OAEP-256' })]
  const file = join(mkdtempSync(join(tmpdir(), 'zelf-moved-')), 'jwks.json')
  writeFileSync(file, JSON.stringify({ keys }))
  await typed(file)
})

test('private_key_jwt with RS256, nested ID token and userinfo, service:CODE', async () => {
  const metadata = { id_token_signed_response_alg: 'RS256', userinfo_signed_response_alg: 'RS256' }
  // Such software names the token endpoint as the audience.
  const auth = client.PrivateKeyJwt({ key: signing.privateKey, kid: 'sig-1' }, { [client.modifyAssertion]: (_, payload) => void (payload.aud = `${base}/token`) })
  const config = await client.discovery(new URL(base), ID, metadata, auth, { execute: [client.allowInsecureRequests] })
  assert.equal(config.serverMetadata().authorization_endpoint, `${base}/authorization`)
  client.enableDecryptingResponses(config, ['A128CBC-HS256'], { key: sealing.privateKey, alg: 'RSA-OAEP-256', kid: 'enc-1' })
  const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const asked = { redirect_uri: REDIRECT, scope: 'openid service:MOVED_LOGIN profile email', state: checks.expectedState, nonce: checks.expectedNonce, ui_locales: 'nl' }
  const back = await an.logIn(client.buildAuthorizationUrl(config, asked))
  assert.equal(back.url.searchParams.get('code').length, 36)
  const tokens = await client.authorizationCodeGrant(config, back.url, checks)
  assert.equal(tokens.expires_in, 3600)
  assert.equal(tokens.id_token.split('.').length, 5, 'encrypted')
  const claims = tokens.claims()
  assert.equal(claims.sub.length, 36)
  assert.equal(claims.exp, claims.iat + 300)
  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  assert.ok(info.name.length > 0)
  assert.match(info.locale, /^(NL|FR|DE|EN)$/)
})
