import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { isStreamToken, readStreamToken, streamToken } from './stream-token.ts'

const secret = 's'.repeat(43)
const granted = { connection: 'con_1', answers: 'agt_1' }

function house(
  settings: Readonly<Record<string, unknown>> = { streamSecret: secret },
  clock = new VirtualClock(1_000),
) {
  const record = { id: 'con_1', settings } as unknown as Connection // of a connection nothing else is read
  const connections = { find: async (id: string) => (id === record.id ? record : undefined) }
  return { store: { connections }, clock } as unknown as Engine // of an engine nothing else is asked
}

describe('a stream token', () => {
  test('grants what it was made for', async () => {
    const token = streamToken(secret, granted)
    expect(isStreamToken(token)).toBe(true)
    expect(await readStreamToken(house(), token)).toMatchObject(granted)
  })

  test('fits into an address, and is as long as one may be', () => {
    const token = streamToken(secret, {
      connection: `con_${'0'.repeat(20)}`,
      answers: `agt_${'0'.repeat(20)}`,
      until: 2 ** 44,
    })
    expect(token).toMatch(/^[A-Za-z0-9_-]{20,200}$/)
  })

  test('runs out', async () => {
    const token = streamToken(secret, { ...granted, until: 2_000 })
    const clock = new VirtualClock(1_000)
    expect(await readStreamToken(house(undefined, clock), token)).toMatchObject({ until: 2_000 })
    clock.advance(1_000)
    expect(await readStreamToken(house(undefined, clock), token)).toBe('expired')
  })

  test('is void with another secret, or without one', async () => {
    const token = streamToken(secret, granted)
    expect(await readStreamToken(house({ streamSecret: 't'.repeat(43) }), token)).toBe('unknown')
    expect(await readStreamToken(house({}), token)).toBe('unknown')
  })

  test('cannot be changed by a letter', async () => {
    const token = streamToken(secret, granted)
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      expect(await readStreamToken(house(), changed), changed).toBe('unknown')
    }
  })

  test.each(['', 'ohs_', 'ohs_x', `ohs_${'A'.repeat(80)}`, 'nonsense', '\n'])('is not %j', async (token) =>
    expect(await readStreamToken(house(), token)).toBe('unknown'),
  )
})
