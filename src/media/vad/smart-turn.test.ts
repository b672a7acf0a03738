import { expect, test } from 'vitest'
import { settle } from '../../lib/clock.ts'
import { concat, silence } from '../tones.ts'
import { detector } from './smart-turn.ts'
import { voiceLike } from './suite.ts'

const said = concat(voiceLike(8000, 1_000), silence({ rate: 8000, ms: 200 }))

test('the melody is told at once, and the model’s verdict when it comes', async () => {
  const asked: number[] = []
  const failures: string[] = []
  const turns = detector(
    async (pcm, rate) => {
      asked.push(pcm.length, rate)
      return 0.9
    },
    (message) => failures.push(message),
  )
  using ear = turns.open(8000)
  ear.write(said)
  const told: number[] = []
  ear.judge(1_000, (finished) => told.push(finished))
  expect(told).toHaveLength(1)
  await settle()
  expect(told[1]).toBe(0.9)
  expect(asked).toEqual([said.length, 8000])
  expect(failures).toEqual([])
})

test('a model that fails is reported, and the melody’s verdict stands; a call that is over asks nothing more', async () => {
  const failures: string[] = []
  const turns = detector(
    () => Promise.reject(new Error('out of memory')),
    (message) => failures.push(message),
  )
  const ear = turns.open(8000)
  ear.write(said)
  const told: number[] = []
  ear.judge(1_000, (finished) => told.push(finished))
  await settle()
  expect([told.length, failures]).toEqual([1, ['out of memory']])
  ear.judge(1_000, () => undefined)
  ear[Symbol.dispose]()
  await settle()
  expect(failures).toEqual(['out of memory'])
})
