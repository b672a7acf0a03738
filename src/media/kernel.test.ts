import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Workbench } from './kernel.ts'

test('weighs what a plain loop weighs, wherever it begins, and cuts off at the limits', () => {
  const bench = new Workbench()
  const sample = fc.integer({ min: -32_768, max: 32_767 })
  const shape = fc.record({
    past: fc.array(sample, { maxLength: 40 }),
    pcm: fc.array(sample, { minLength: 1, maxLength: 60 }),
    weights: fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 8, maxLength: 8 }),
    count: fc.nat(11),
    down: fc.integer({ min: 1, max: 5 }),
    up: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(shape, ({ past, pcm, weights, count, down, up }) => {
      const all = [...past, ...pcm, ...new Int16Array(80)]
      // Eighths: their sums are exact, in whatever order.
      const place = bench.keep(Float64Array.from(weights, (weight) => weight / 8))
      const needed = Int16Array.from(all.slice(past.length))
      bench.lay(Int16Array.from(past), needed, 0, needed.length)
      bench.filter(2, place, 8, 1, count, down, up)
      const heard = new Int16Array(1 + count * up)
      bench.results(heard.length, heard, 0)
      for (let index = 0; index < count; index++) {
        const sum = weights.reduce((total, weight, tap) => total + (weight / 8) * all[2 + index * down + tap]!, 0)
        expect(heard[1 + index * up]).toBe(Math.max(-32_768, Math.min(32_767, Math.floor(sum + 0.5))))
      }
    }),
  )
})

test('grows for more weights than it began with, and keeps the older ones', () => {
  const bench = new Workbench()
  const one = bench.keep(Float64Array.of(1, 0, 0, 0))
  for (let filter = 0; filter < 50; filter++) bench.keep(new Float64Array(40_000).fill(2))
  bench.lay(new Int16Array(0), Int16Array.of(7, 8, 9, 10), 0, 4)
  bench.filter(0, one, 4, 0, 1, 1, 1)
  const heard = new Int16Array(1)
  bench.results(1, heard, 0)
  expect(heard[0]).toBe(7)
})
