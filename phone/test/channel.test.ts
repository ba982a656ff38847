import { describe, expect, it } from 'vitest'
import { Channel, Offline, Refused } from '../src/channel.ts'
import { createDevice } from '../src/keys/device.ts'
import { parseJws } from '../src/protocol/jose.ts'

const ORIGIN = 'http://localhost:8402'

type Reply = { status: number; json: Record<string, unknown>; nonce?: string } | 'down'

async function line(...replies: Reply[]) {
  const device = await createDevice()
  const sent: { path: string; payload: Record<string, unknown> | null }[] = []
  const via: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname
    if (path.endsWith('/nonce')) return new Response(JSON.stringify({ nonce: 'first', now: 100 }), { headers: { 'zelf-nonce': 'other' } })
    sent.push({ path, payload: parseJws(String(init?.body)).payload as Record<string, unknown> })
    const reply = replies.shift() ?? 'down'
    if (reply === 'down') throw new TypeError('down')
    return new Response(JSON.stringify(reply.json), { status: reply.status, headers: reply.nonce ? { 'zelf-nonce': reply.nonce } : {} })
  }
  return { channel: new Channel({ origin: ORIGIN, fetch: via, pauses: [1, 1] }), device, sent }
}

const ok = (json = {}): Reply => ({ status: 200, json })

describe('the line to the server', () => {
  it('binds a command to its address, a nonce and a jti', async () => {
    const { channel, device, sent } = await line(ok())
    await channel.command(device, 'pending', { lang: 'nl', wait: 0 })
    expect(sent[0]?.payload).toMatchObject({ v: 1, htm: 'POST', htu: `${ORIGIN}/api/v1/pending`, nonce: 'first', body: { lang: 'nl', wait: 0 } })
    expect(String(sent[0]?.payload?.jti)).toMatch(/^[\w-]{22}$/)
  })

  it('uses the nonce of the last answer once', async () => {
    const { channel, device, sent } = await line({ status: 200, json: {}, nonce: 'second' }, ok(), ok())
    for (let at = 0; at < 3; at++) await channel.command(device, 'home', {})
    expect(sent.map(({ payload }) => payload?.nonce)).toEqual(['first', 'second', 'first'])
  })

  it('signs again once when the nonce is old, with the same jti', async () => {
    const { channel, device, sent } = await line({ status: 401, json: { error: 'use_nonce' }, nonce: 'fresh' }, ok())
    await channel.command(device, 'home', {})
    expect(sent.map(({ payload }) => payload?.nonce)).toEqual(['first', 'fresh'])
    expect(sent[0]?.payload?.jti).toBe(sent[1]?.payload?.jti)
  })

  it('does not go round for ever', async () => {
    const old: Reply = { status: 401, json: { error: 'use_nonce' }, nonce: 'n' }
    const { channel, device, sent } = await line(old, old, old)
    await expect(channel.command(device, 'home', {})).rejects.toThrow(Refused)
    expect(sent.length).toBe(2)
  })

  it('tries again when the network fails, and keeps the jti, even over a second tap', async () => {
    const { channel, device, sent } = await line('down', 'down', 'down', ok())
    await expect(channel.command(device, 'activation/sms', { code: '30899' })).rejects.toThrow(Offline)
    await channel.command(device, 'activation/sms', { code: '30899' })
    expect(sent.length).toBe(4)
    expect(new Set(sent.map(({ payload }) => payload?.jti)).size).toBe(1)
  })

  it('another body is another command', async () => {
    const { channel, device, sent } = await line('down', 'down', 'down', ok())
    await expect(channel.command(device, 'activation/sms', { code: '30899' })).rejects.toThrow(Offline)
    await channel.command(device, 'activation/sms', { code: '30890' })
    expect(sent[3]?.payload?.jti).not.toBe(sent[0]?.payload?.jti)
  })

  it('takes a refusal as final, with what came with it', async () => {
    const { channel, device, sent } = await line({ status: 422, json: { error: 'sms_wrong', left: 2, id: 'K7' } })
    await expect(channel.command(device, 'activation/sms', {})).rejects.toMatchObject({ code: 'sms_wrong', data: { left: 2, id: 'K7' } })
    expect(sent.length).toBe(1)
  })

  it('lives by the clock of the server', async () => {
    const { channel, device } = await line(ok({ now: Math.floor(Date.now() / 1000) + 7200 }))
    await channel.command(device, 'home', {})
    expect(channel.now() - Date.now() / 1000).toBeGreaterThan(7100)
  })
})
