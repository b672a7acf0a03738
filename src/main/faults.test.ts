import { expect, test } from 'vitest'
import { faultsSchema, readFaults } from './faults.ts'

test('faults are read as the simulators take them; what is not asked for is absent', () => {
  expect(readFaults({})).toEqual({})
  expect(readFaults({ mediaJitterMs: 40, signature: 'wrong' })).toEqual({ mediaJitterMs: 40, signature: 'wrong' })
  expect(
    readFaults({
      rest: [{ type: 'error', status: 503, times: 2 }, { type: 'slow', ms: 9, method: 'POST' }, { type: 'rate-limit' }],
    }),
  ).toEqual({
    rest: [
      { times: 2, what: { type: 'error', status: 503 } },
      { method: 'POST', what: { type: 'slow', ms: 9 } },
      { what: { type: 'rate-limit' } },
    ],
  })
})

test.each([{ nonsense: 1 }, { mediaJitterMs: -1 }, { rest: [{ type: 'fire' }] }, { signature: 'forged' }])(
  '%j is refused by name',
  (asked) => {
    expect(() => readFaults(asked)).toThrow(expect.objectContaining({ code: 'request.invalid' }))
  },
)

test('every fault has a title for the form', () => {
  const { properties } = faultsSchema as { properties: Record<string, { title?: string }> }
  for (const [name, { title }] of Object.entries(properties)) expect([name, title]).toEqual([name, expect.any(String)])
})
