/** Ids are unique, repeatable when seeded, and fit in a URL. */
import { describe, expect, test } from 'vitest'
import { randomIds, seededIds } from './ids.ts'

describe.each([
  ['random', randomIds],
  ['seeded', seededIds('seed')],
])('%s ids', (_, ids) => {
  test('have their prefix, twenty letters and nothing a URL would escape', () => {
    const id = ids.id('call')
    expect(id).toMatch(/^call_[0-9a-hjkmnp-tv-z]{20}$/)
    expect(encodeURIComponent(id)).toBe(id)
  })

  test('never repeat', () => {
    const drawn = new Set(Array.from({ length: 10_000 }, () => ids.id('x')))
    expect(drawn.size).toBe(10_000)
  })

  test('use every letter of the alphabet in every place', () => {
    const places = Array.from({ length: 20 }, () => new Set<string>())
    for (let draw = 0; draw < 2000; draw++) Array.from(ids.id('x').slice(2), (letter, at) => places[at]!.add(letter))
    expect(places.map((letters) => letters.size)).toEqual(Array.from({ length: 20 }, () => 32))
  })

  test('draw URL-safe tokens of the size asked for', () => {
    const token = ids.token()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(Buffer.from(ids.token(48), 'base64url')).toHaveLength(48)
    expect(ids.token()).not.toBe(token)
  })

  test('draw fractions spread over [0, 1)', () => {
    const drawn = Array.from({ length: 2000 }, () => ids.fraction())
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    const mean = drawn.reduce((sum, fraction) => sum + fraction) / drawn.length
    expect(mean).toBeCloseTo(0.5, 1)
  })
})

function draw(seed: string) {
  const ids = seededIds(seed)
  return [ids.id('call'), ids.token(70), ids.fraction(), ids.id('leg')]
}

test('one seed draws one sequence, another seed another', () => {
  expect(draw('a')).toEqual(draw('a'))
  expect(draw('a')).not.toEqual(draw('b'))
})
