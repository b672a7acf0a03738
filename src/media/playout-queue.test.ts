import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SampleQueue } from './playout-queue.ts'

test('gives back what it took, in order, whatever comes and goes; more than its limit it does not take', () => {
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ push: fc.nat(4000) }) },
    { weight: 4, arbitrary: fc.record({ take: fc.nat(3000) }) },
    { weight: 1, arbitrary: fc.constant({ push: 20_000 }) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const limit = 30_000
      const queue = new SampleQueue(limit)
      let written = 0
      let read = 0
      for (const one of acts) {
        if (one === 'clear') {
          queue.clear()
          read = written
        } else if ('push' in one) {
          const taken = queue.push(Int16Array.from({ length: one.push }, (_, index) => (written + index) % 32_768))
          expect(taken).toBe(Math.min(one.push, limit - (written - read)))
          written += taken
        } else {
          const frame = queue.take(one.take)
          expect(frame).toHaveLength(Math.min(one.take, written - read))
          if (frame.length > 0)
            expect([frame[0], frame.at(-1)]).toEqual([read % 32_768, (read + frame.length - 1) % 32_768])
          read += frame.length
        }
        expect(queue).toHaveLength(written - read)
      }
    }),
  )
})
