import { describe, expect, test } from 'vitest'
import { from, limitOf, pageOf } from './page.ts'
import { calls } from './schema.ts'

const records = [3, 2, 1].map((createdAt) => ({ createdAt, id: `call_${createdAt}:é` }))

describe('a page', () => {
  test('says that there is more only when there is', () => {
    expect(pageOf(records, 3)).toEqual({ items: records })
    expect(pageOf(records, 2)).toEqual({ items: records.slice(0, 2), next: expect.any(String) })
    expect(pageOf([], 2)).toEqual({ items: [] })
  })

  test('is asked for with its own cursor or none', () => {
    expect(from(calls, { cursor: pageOf(records, 1).next! })).toBeDefined()
    for (const cursor of ['', 'x', 'LTU6eA', Buffer.from('9'.repeat(16) + ':x').toString('base64url')])
      expect(() => from(calls, { cursor })).toThrow(/cursor/)
  })

  test('holds 1 to 200, 50 when nothing is said', () => {
    expect([limitOf({}), limitOf({ limit: 1 }), limitOf({ limit: 200 })]).toEqual([50, 1, 200])
    for (const limit of [0, -1, 201, 2.5, Number.NaN]) expect(() => limitOf({ limit })).toThrow(/limit/)
  })
})
