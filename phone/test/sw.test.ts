import { describe, expect, it } from 'vitest'
import { outdated, planFor } from '../src/sw-rules.ts'

const ORIGIN = 'https://app.zelf.example'
const FILES = ['/', '/assets/index-abc.js', '/icon-192.png']
const plan = (path: string, method = 'GET', mode = 'no-cors') => planFor({ method, url: new URL(path, ORIGIN).href, mode }, ORIGIN, FILES)

describe('the service worker', () => {
  it.each(['/api/v1/nonce', '/api/v1/pending', '/api', '/bank/return?code=1&state=2', '/bank/return', '/.well-known/zelf'])('never touches %s', (path) => {
    expect(plan(path)).toBe('leave')
    expect(plan(path, 'POST')).toBe('leave')
    expect(plan(path, 'GET', 'navigate')).toBe('leave')
  })

  it('serves its own files from the store and the page when it must', () => {
    expect(plan('/assets/index-abc.js')).toBe('file')
    expect(plan('/', 'GET', 'navigate')).toBe('page')
    expect(plan('/#return=abc', 'GET', 'navigate')).toBe('page')
  })

  it('leaves alone what is not in the shell, what is written, and other origins', () => {
    expect(plan('/assets/other.js')).toBe('leave')
    expect(plan('/', 'POST', 'navigate')).toBe('leave')
    expect(plan('/?x=1', 'GET', 'navigate')).toBe('leave')
    expect(planFor({ method: 'GET', url: 'https://elsewhere.example/icon-192.png', mode: 'no-cors' }, ORIGIN, FILES)).toBe('leave')
  })

  it('forgets older versions of itself and nobody else', () => {
    expect(outdated(['zelf-shell-1', 'zelf-shell-2', 'somebody'], 'zelf-shell-2')).toEqual(['zelf-shell-1'])
  })
})
