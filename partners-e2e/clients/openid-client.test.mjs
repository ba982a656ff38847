// openid-client 6: what most services written in JavaScript use.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as client from 'openid-client'
import { readWorld } from '../../e2e/world.mjs'
import { Citizen } from '../citizen.mjs'
import { register } from '../register.mjs'

const world = readWorld()
const REDIRECT = 'http://localhost:9/callback'
let an

before(async () => {
  an = await Citizen.activate(world, 'guest-700', '+32468710700')
})

/** Configuration of a client that was just registered. */
async function discover(partner, metadata, auth, issuer = world.issuer) {
  return client.discovery(new URL(issuer), partner, metadata, auth, { execute: [client.allowInsecureRequests] })
}

async function start(config, parameters = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const challenge = await client.calculatePKCECodeChallenge(verifier)
  const all = { redirect_uri: REDIRECT, scope: 'openid profile email', code_challenge: challenge, code_challenge_method: 'S256', state: checks.expectedState, nonce: checks.expectedNonce, ...parameters }
  return { checks, all }
}

test('a secret, PKCE, userinfo', async () => {
  const { id, secret } = await register(world, { grants: ['authorization_code'] })
  const config = await discover(id, { client_secret: secret }, client.ClientSecretBasic(secret))
  const { checks, all } = await start(config)
  const back = await an.logIn(client.buildAuthorizationUrl(config, all))
  const tokens = await client.authorizationCodeGrant(config, back.url, checks)
  const claims = tokens.claims()
  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  assert.equal(info.sub, claims.sub)
  assert.ok(info.given_name.length > 0)
  assert.equal(claims.acr, 'http://eidas.europa.eu/LoA/substantial')
})

test('private_key_jwt, PAR, signed request object, DPoP, JARM: FAPI 2 with message signing', async () => {
  const keys = await client.randomDPoPKeyPair('ES256')
  const signing = await globalThis.crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const jwk = { ...(await crypto.subtle.exportKey('jwk', signing.publicKey)), kid: 'sig-1', use: 'sig', alg: 'ES256' }
  const { id } = await register(world, { key: jwk, security: 'fapi2_signed' })
  const key = { key: signing.privateKey, kid: 'sig-1' }
  const config = await discover(id, { authorization_signed_response_alg: 'ES256', id_token_signed_response_alg: 'ES256' }, client.PrivateKeyJwt(key, { [client.modifyAssertion]: (_, payload) => void (payload.aud = world.issuer) }))
  client.useJwtResponseMode(config)
  const { checks, all } = await start(config)
  const DPoP = client.getDPoPHandle(config, keys)
  const signed = await client.buildAuthorizationUrlWithJAR(config, all, key)
  const url = await client.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
  assert.match(url.searchParams.get('request_uri'), /^urn:ietf:params:oauth:request_uri:/)
  const back = await an.logIn(url)
  const tokens = await client.authorizationCodeGrant(config, back.url, checks, undefined, { DPoP })
  assert.equal(tokens.token_type, 'dpop')
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
  assert.equal(info.sub, tokens.claims().sub)
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), 'a bound token is no bearer token')
})

test('encrypted ID token and userinfo', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['encrypt', 'decrypt'])
  const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: 'enc-1', use: 'enc', alg: 'RSA-OAEP-256' }
  const sealed = { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' }
  const { id, secret } = await register(world, { key: jwk, id_token_alg: 'RS256', id_token_encryption: sealed, userinfo: { sign: 'RS256', encrypt: sealed } })
  const config = await discover(id, { client_secret: secret, id_token_signed_response_alg: 'RS256', userinfo_signed_response_alg: 'RS256' }, client.ClientSecretPost(secret))
  client.enableDecryptingResponses(config, ['A128CBC-HS256'], { key: pair.privateKey, alg: 'RSA-OAEP-256', kid: 'enc-1' })
  const { checks, all } = await start(config)
  const back = await an.logIn(client.buildAuthorizationUrl(config, all))
  const tokens = await client.authorizationCodeGrant(config, back.url, checks)
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(info.sub, tokens.claims().sub)
})

test('refresh, introspection, revocation', async () => {
  const { id, secret } = await register(world, { grants: ['authorization_code', 'refresh_token'] })
  const config = await discover(id, { client_secret: secret }, client.ClientSecretBasic(secret))
  const { checks, all } = await start(config, { scope: 'openid profile offline_access', prompt: 'consent' })
  const back = await an.logIn(client.buildAuthorizationUrl(config, all))
  const first = await client.authorizationCodeGrant(config, back.url, checks)
  const second = await client.refreshTokenGrant(config, first.refresh_token)
  assert.notEqual(second.refresh_token, first.refresh_token)
  assert.equal((await client.tokenIntrospection(config, second.access_token)).active, true)
  await client.tokenRevocation(config, second.refresh_token)
  assert.equal((await client.tokenIntrospection(config, second.access_token)).active, false)
  await assert.rejects(client.refreshTokenGrant(config, second.refresh_token))
})

test('CIBA: the service asks, the phone answers, the service polls', async () => {
  const signing = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const jwk = { ...(await crypto.subtle.exportKey('jwk', signing.publicKey)), kid: 'sig-1', use: 'sig', alg: 'ES256' }
  const { id } = await register(world, { key: jwk, grants: ['urn:openid:params:grant-type:ciba'], ciba: { delivery: 'poll' } })
  const config = await discover(id, { id_token_signed_response_alg: 'ES256' }, client.PrivateKeyJwt({ key: signing.privateKey, kid: 'sig-1' }))
  const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint: an.number, binding_message: 'Balie 4' })
  const [waiting] = await an.phone('pending')
  assert.ok(waiting.lines.some((line) => line.includes('Balie 4')), waiting.lines.join('\n'))
  await an.approve('--match', asked.match_number)
  const tokens = await client.pollBackchannelAuthenticationGrant(config, asked)
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(info.sub, tokens.claims().sub)
})

test('a person who says no is heard as access_denied', async () => {
  const { id, secret } = await register(world, {})
  const config = await discover(id, { client_secret: secret }, client.ClientSecretBasic(secret))
  const { checks, all } = await start(config)
  const back = await an.logIn(client.buildAuthorizationUrl(config, all), () => an.phone('refuse'))
  await assert.rejects(client.authorizationCodeGrant(config, back.url, checks), { error: 'access_denied' })
})
