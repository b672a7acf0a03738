/** Close codes and reasons, pressure and listeners: the small parts of every socket. */
import { describe, expect, test } from 'vitest'
import { Listeners } from './listeners.ts'
import { Pressure } from './pressure.ts'
import { checkCode, fitReason } from './socket.ts'

describe('fitReason', () => {
  test.each([
    ['', ''],
    ['x'.repeat(123), 'x'.repeat(123)],
    ['x'.repeat(124), `${'x'.repeat(120)}…`],
    ['📞'.repeat(31), `${'📞'.repeat(30)}…`],
    ['é'.repeat(61), 'é'.repeat(61)],
  ])('%s', (reason, fitted) => {
    expect(fitReason(reason)).toBe(fitted)
    expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(123)
  })
})

test('close codes that may be sent pass', () => {
  for (const code of [1000, 1001, 1003, 1007, 1011, 1013, 1014, 3000, 4999]) expect(() => checkCode(code)).not.toThrow()
})

describe('pressure', () => {
  test('rises once above the mark, falls at half of it, overflows above the cap', () => {
    const pressure = new Pressure(100, 200)
    expect([100, 101, 150, 90, 201].map((bytes) => pressure.grew(bytes))).toEqual([
      'fine',
      'risen',
      'congested',
      'congested',
      'overflowing',
    ])
    expect([51, 50, 40].map((bytes) => pressure.shrank(bytes))).toEqual([false, true, false])
    expect([pressure.congested, pressure.grew(101), pressure.congestions]).toEqual([false, 'risen', 2])
  })
})

describe('listeners', () => {
  test('hear in order, and one that leaves meanwhile does not disturb the others', () => {
    const listeners = new Listeners<number>()
    const seen: string[] = []
    const first = listeners.add((value) => {
      seen.push(`first ${value}`)
      first[Symbol.dispose]()
      listeners.add((later) => void seen.push(`third ${later}`))
    })
    listeners.add((value) => void seen.push(`second ${value}`))
    listeners.tell(1)
    listeners.tell(2)
    expect(seen).toEqual(['first 1', 'second 1', 'second 2', 'third 2'])
    expect(listeners.size).toBe(2)
  })
})
