/** Codes, attempts and pages, on a clock that stands still. */
import type { FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { memoryLogger } from '../../lib/log.ts'
import { Scope } from '../../lib/scope.ts'
import { MemoryCoordination } from '../../store/coordination/memory.ts'
import { attempt } from './attempts.ts'
import { codeLife, signInCodes } from './codes.ts'
import { requireOwnPage } from './cookie.ts'
import { roleOf, scopesOf } from './roles.ts'

function setting() {
  const clock = new VirtualClock()
  const coordination = new MemoryCoordination({ clock, logger: memoryLogger() })
  const engine = { clock, coordination, ids: seededIds('codes'), scope: new Scope('codes') }
  const shown: string[] = []
  let wanted = true
  const codes = signInCodes({ engine, wanted: () => Promise.resolve(wanted), show: (code) => void shown.push(code) })
  return { ...engine, shown, codes, want: (is: boolean) => (wanted = is) }
}

describe('a sign-in code', () => {
  test('is good once, for a quarter of an hour, in any spelling', async () => {
    const { codes, shown, clock } = setting()
    await codes.issue()
    await codes.issue()
    const [first, second] = shown
    expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    const spelled = first!.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    expect([await codes.use(spelled), await codes.use(first!)]).toEqual([true, false])
    clock.advance(codeLife)
    expect(await codes.use(second!)).toBe(false)
  })

  test('is shown anew for a wrong try, once a minute, and only where codes are wanted', async () => {
    const { codes, shown, clock, want } = setting()
    await codes.renew()
    await codes.renew()
    expect(shown).toHaveLength(1)
    clock.advance(60_000)
    await codes.renew()
    expect(shown).toHaveLength(2)
    want(false)
    clock.advance(60_000)
    await codes.renew()
    expect(shown).toHaveLength(2)
  })
})

describe('attempts', () => {
  const tries = async (
    engine: ReturnType<typeof setting>,
    count: number,
    address: (n: number) => string,
    name?: string,
  ) => {
    let good = 0
    for (let n = 0; n < count; n++) {
      const refused = await attempt(engine, address(n), name).catch((error: unknown) => error)
      if (!(refused instanceof Error)) good++
    }
    return good
  }

  test('are counted per address, and forgotten in time', async () => {
    const engine = setting()
    expect(await tries(engine, 30, () => 'a')).toBe(20)
    expect(await tries(engine, 1, () => 'b')).toBe(1)
    engine.clock.advance(15 * 60_000)
    expect(await tries(engine, 1, () => 'a')).toBe(1)
  })

  test('are counted per name from everywhere', async () => {
    const engine = setting()
    expect(await tries(engine, 30, (n) => `10.0.0.${n}`, 'ada@example.com')).toBe(10)
    expect(await tries(engine, 1, () => 'x', 'bob@example.com')).toBe(1)
    expect(await tries(engine, 80, (n) => `10.0.1.${n}`, 'code')).toBe(50)
  })

  test('that succeed forget those before', async () => {
    const engine = setting()
    expect(await tries(engine, 9, () => 'a', 'ada@example.com')).toBe(9)
    await (await attempt(engine, 'a', 'ada@example.com')).succeeded()
    expect(await tries(engine, 10, () => 'a', 'ada@example.com')).toBe(10)
  })
})

describe('a page', () => {
  const page = (headers: Record<string, string>, method = 'POST') =>
    ({ method, headers, protocol: 'http', host: 'here:8080' }) as unknown as FastifyRequest // what is read of a request
  const publicUrl = new URL('https://voice.example.com/')

  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://elsewhere' }, true],
    [{ origin: 'http://here:8080' }, true],
    [{ origin: 'https://voice.example.com' }, true],
    [{ origin: 'https://here:8080' }, false],
    [{ origin: 'http://here:8081' }, false],
    [{ origin: 'https://voice.example.com.evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://here:8080' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{}, false],
  ])('that says %j may change something: %s', (headers, may) => {
    const attempt = () => requireOwnPage(page(headers), publicUrl)
    if (may) expect(attempt).not.toThrow()
    else expect(attempt).toThrow(expect.objectContaining({ code: 'auth.cross-site' }))
  })

  test('of whatever origin may look: what it sees, its browser keeps from it', () => {
    expect(() => requireOwnPage(page({ origin: 'https://evil.example' }, 'GET'), publicUrl)).not.toThrow()
  })
})

test('roles and scopes read as each other; a key that only reads is a viewer', () => {
  for (const role of ['owner', 'operator', 'viewer'] as const) expect(roleOf(scopesOf(role))).toBe(role)
  expect([roleOf(['calls:read']), roleOf(['config:write']), roleOf(['calls:read', 'admin'])]).toEqual([
    'viewer',
    'operator',
    'owner',
  ])
})
