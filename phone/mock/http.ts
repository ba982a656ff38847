// The mock as an HTTP server: in front of Vite while working on screens, or with the built app and the real policy.
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { Mock } from './server.ts'

const OURS = /^\/(api|mock|\.well-known)\//
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.png': 'image/png', '.webmanifest': 'application/manifest+json' }
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types zelf; frame-ancestors 'self' http://localhost:8400"

/** Answers what is the server's; says whether it did. */
export async function answer(mock: Mock, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = request.url ?? '/'
  if (!OURS.test(url)) return false
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const { status, json, html, location } = await mock.handle(request.method ?? 'GET', url, Buffer.concat(parts).toString())
  response.setHeader('zelf-nonce', mock.nonce())
  response.setHeader('cache-control', 'no-store')
  if (location) response.setHeader('location', location)
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json' })
  response.end(html ?? JSON.stringify(json ?? {}))
  return true
}

/** Serves `dist` with the policy of the real server. */
export async function serveBuilt(port: number): Promise<{ mock: Mock; close: () => void }> {
  const mock = await Mock.create(`http://localhost:${port}`)
  const dist = new URL(process.env.SHOTS_DIST ?? '../dist/', import.meta.url)
  const server = createServer((request, response) => {
    void answer(mock, request, response).then((done) => {
      if (done) return
      const path = (request.url ?? '/').split(/[?#]/)[0] ?? '/'
      const file = new URL(`.${/^\/[qr]?$/.test(path) ? '/index.html' : path}`, dist)
      if (!file.href.startsWith(dist.href) || !existsSync(file)) return response.writeHead(404).end()
      response.writeHead(200, { 'content-type': TYPES[extname(file.pathname)] ?? 'application/octet-stream', 'content-security-policy': POLICY, 'cache-control': 'no-cache' })
      return response.end(readFileSync(file))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { mock, close: () => server.close() }
}
