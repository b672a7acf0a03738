import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import type { MediaGrant } from './contract.ts'
import { MemoryCoordination } from './coordination/memory.ts'
import { mediaTokens } from './tokens.ts'

const grant: MediaGrant = { call: 'call_1', organization: 'org_1', carrier: 'acme', connection: 'con_1' }
const own = { carrier: 'acme', ref: 'CA1' }

function setting() {
  const clock = new VirtualClock()
  const coordination = new MemoryCoordination({ clock, logger: createLogger({ level: 'silent' }) })
  return { clock, coordination, tokens: mediaTokens(coordination, seededIds('tokens'), { hold: 3_600_000 }) }
}

describe('a media token', () => {
  test('is long, of its own, and gives its grant to the call that claims it', async () => {
    const { tokens } = setting()
    const [token, other] = [await tokens.issue(grant, 60_000), await tokens.issue(grant, 60_000)]
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(other).not.toBe(token)
    expect(await tokens.known(token)).toBe(true)
    expect(await tokens.claim(token, own)).toEqual({ ok: true, grant })
  })

  test('may be claimed again by its call, long after it would have run out, and by no other', async () => {
    const { clock, tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    await tokens.claim(token, own)
    clock.advance(3_000_000)
    expect(await tokens.claim(token, own)).toEqual({ ok: true, grant })
    clock.advance(3_000_000)
    expect(await tokens.claim(token, own)).toEqual({ ok: true, grant })
    expect(await tokens.claim(token, { ...own, ref: 'CA2' })).toEqual({ ok: false, why: 'used' })
  })

  test('is refused to another carrier, which spoils nothing', async () => {
    const { tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    expect(await tokens.claim(token, { carrier: 'other', ref: 'CA1' })).toEqual({ ok: false, why: 'foreign' })
    expect(await tokens.claim(token, own)).toEqual({ ok: true, grant })
  })

  test('of a call that the carrier has named belongs to that call alone, whoever comes first', async () => {
    const { tokens } = setting()
    const token = await tokens.issue({ ...grant, ref: 'CA1' }, 60_000)
    expect(await tokens.claim(token, { ...own, ref: 'CA2' })).toEqual({ ok: false, why: 'foreign' })
    expect(await tokens.claim(token, own)).toMatchObject({ ok: true })
  })

  test('says whose dialect its socket speaks; one that never was says nothing', async () => {
    const { tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    expect([await tokens.carrier(token), await tokens.carrier('guess')]).toEqual(['acme', undefined])
  })

  test('of a carrier whose stream names no call goes by itself alone, again and again', async () => {
    const { tokens } = setting()
    const token = await tokens.issue({ ...grant, ref: 'CA1' }, 60_000)
    for (const _ of [1, 2]) expect(await tokens.claim(token, { carrier: 'acme' })).toMatchObject({ ok: true })
    expect(await tokens.claim(token, { carrier: 'acme', ref: 'CA2' })).toMatchObject({ ok: false })
  })

  test('claimed by two at once belongs to one', async () => {
    const { tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    const claims = ['CA1', 'CA2', 'CA3'].map((ref) => tokens.claim(token, { carrier: 'acme', ref }))
    const outcomes = (await Promise.all(claims)).map((claim) => (claim.ok ? 'ok' : claim.why))
    expect(outcomes.toSorted()).toEqual(['ok', 'used', 'used'])
  })

  test('unclaimed, expires; one that never was is unknown', async () => {
    const { clock, tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    clock.advance(60_001)
    expect(await tokens.known(token)).toBe(false)
    expect(await tokens.claim(token, own)).toEqual({ ok: false, why: 'expired' })
    expect(await tokens.claim('guess', own)).toEqual({ ok: false, why: 'unknown' })
  })

  test('revoked, is unknown', async () => {
    const { tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    await tokens.revoke(token)
    expect([await tokens.known(token), await tokens.claim(token, own)]).toEqual([false, { ok: false, why: 'unknown' }])
  })

  test('forgotten by a restart, is good again by its hash, for its own call alone', async () => {
    const before = setting()
    const token = await before.tokens.issue(grant, 60_000)
    const { tokens } = setting()
    expect(await tokens.known(token)).toBe(false)
    await tokens.restore(tokens.hash(token), { ...grant, ref: 'CA1' }, 60_000)
    expect(await tokens.claim(token, { ...own, ref: 'CA2' })).toMatchObject({ ok: false })
    expect(await tokens.claim(token, own)).toMatchObject({ ok: true })
    expect(tokens.hash(token)).not.toContain(token)
  })

  test('is kept as a hash only', async () => {
    const { coordination, tokens } = setting()
    const token = await tokens.issue(grant, 60_000)
    const kept: string[] = []
    const spy = new Proxy(coordination, {
      get: (target, name) => (key: string, value: string, ttl: number) => {
        kept.push(`${String(name)} ${key} ${value}`)
        return name === 'set' ? target.set(key, value, ttl) : undefined
      },
    })
    const next = await mediaTokens(spy, seededIds('spied')).issue(grant, 1000)
    expect(kept).toHaveLength(2)
    expect(kept.some((line) => line.includes(next) || line.includes(token))).toBe(false)
  })
})
