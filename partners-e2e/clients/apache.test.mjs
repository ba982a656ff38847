// Debian's libapache2-mod-auth-openidc in front of a page: a service without a line of code of its own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readWorld } from '../../e2e/world.mjs'
import { Browser, Citizen } from '../citizen.mjs'
import { register } from '../register.mjs'

const MODULES = '/usr/lib/apache2/modules'
const world = readWorld()

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

function configuration(folder, port, { id, secret }) {
  const load = (name, file) => `LoadModule ${name}_module ${MODULES}/mod_${file ?? name}.so`
  return `
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
${[load('mpm_event'), load('authn_core'), load('authz_core'), load('authz_user'), load('headers'), load('dir'), load('auth_openidc')].join('\n')}
DocumentRoot ${folder}/htdocs
DirectoryIndex index.html
User www-data
Group www-data
OIDCProviderMetadataURL ${world.issuer}/.well-known/openid-configuration
OIDCClientID ${id}
OIDCClientSecret ${secret}
OIDCRedirectURI http://localhost:${port}/secure/back
OIDCCryptoPassphrase ${secret}
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCSSLValidateServer Off
OIDCCookieSameSite On
<Location /secure>
  AuthType openid-connect
  Require valid-user
  Header set X-Sub "%{OIDC_CLAIM_sub}e"
  Header set X-Given-Name "%{OIDC_CLAIM_given_name}e"
</Location>
`
}

async function startApache(port, client) {
  const folder = mkdtempSync(join(tmpdir(), 'zelf-apache-'))
  mkdirSync(join(folder, 'htdocs/secure'), { recursive: true })
  // Apache's workers are somebody else.
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'htdocs/secure/index.html'), 'welcome')
  writeFileSync(join(folder, 'httpd.conf'), configuration(folder, port, client))
  const said = []
  const child = spawn('/usr/sbin/apache2', ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND'], { env: { ...process.env, APACHE_RUN_DIR: folder } })
  child.stderr.on('data', (bytes) => said.push(bytes))
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`Apache ended: ${said.join('')}`)
    const up = await fetch(`http://localhost:${port}/`).catch(() => null)
    if (up) return child
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Apache did not start: ${said.join('')}`)
}

test('mod_auth_openidc lets a person in who approved on the phone', async () => {
  const port = await freePort()
  const client = await register(world, { redirect_uris: [`http://localhost:${port}/secure/back`] })
  const apache = await startApache(port, client)
  try {
    const an = await Citizen.activate(world, 'guest-702', '+32468710702')
    const browser = new Browser(`http://localhost:${port}`)
    const asked = await browser.ask('/secure/')
    assert.equal(asked.status, 302)
    const back = await an.logIn(asked.location)
    const returned = await browser.ask(back.url)
    assert.equal(returned.status, 302, returned.text)
    const page = await browser.ask(returned.location)
    assert.equal(page.text, 'welcome')
    assert.match(page.headers['x-sub'], /^[\w-]{36,43}$/)
    assert.ok(page.headers['x-given-name'])
  } finally {
    apache.kill()
  }
})
