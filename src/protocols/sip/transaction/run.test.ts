/** What runs a machine, where outputs lead to further inputs. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { client } from './client.ts'
import type { Output } from './machine.ts'
import { Run } from './run.ts'
import { defaultTimes } from './times.ts'

function running(act: (output: Output, run: Run<'trying' | 'proceeding' | 'completed'>) => void) {
  const clock = new VirtualClock()
  const count = { timers: 0 }
  const ended: number[] = []
  const run: Run<'trying' | 'proceeding' | 'completed'> = new Run({
    states: client,
    machine: { state: 'trying', times: defaultTimes, reliable: false, interval: 500 },
    ...{ clock, count, act: (output: Output) => act(output, run), ended: () => void ended.push(clock.monotonic()) },
  })
  run.feed({ type: 'start' })
  return { clock, count, ended, run }
}

const ok = { type: 'response', status: 200, reason: 'OK', headers: [], body: new Uint8Array() } as const

test('an answer that comes while the request is still being sent waits for its turn', () => {
  const { clock, count, ended } = running((output, run) => {
    if (output.type === 'send-request') run.feed({ type: 'response', response: ok })
  })
  // Timer K, and none of those that would send again.
  expect([count.timers, clock.pending]).toEqual([1, 1])
  clock.advance(5000)
  expect([ended, count.timers]).toEqual([[5000], 0])
})

test('whoever stops it while it speaks hears nothing more, and it ends once', () => {
  const heard: string[] = []
  const { clock, count, ended, run } = running((output, self) => {
    heard.push(output.type)
    self.stop()
  })
  run.feed({ type: 'response', response: ok })
  run.stop()
  expect([heard, ended, count.timers, clock.pending, run.over]).toEqual([['send-request'], [0], 0, 0, true])
})
