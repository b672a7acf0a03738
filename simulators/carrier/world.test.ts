import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { fakeWire } from '../fake-wire.ts'
import { SimulatedCall } from './call.ts'
import { Recording } from './recording.ts'
import { makeWorld } from './simulator.ts'

test('ended calls beyond the limit are forgotten with their recordings, running ones never', async () => {
  const clock = new VirtualClock()
  await using scope = new Scope('test')
  const { world } = makeWorld('any', { clock, ids: seededIds('w'), scope, wire: fakeWire(), keepCalls: 2 })
  const begin = (ref: string) =>
    new SimulatedCall(world, { ref, direction: 'inbound', from: 'a', to: 'b', facts: {}, progressed: () => undefined })
  const running = begin('running')
  for (const ref of ['one', 'two', 'three']) {
    const call = begin(ref)
    const changed = () => undefined
    void new Recording(call, { ref: `${ref}-recording`, channels: 1, track: 'both', trim: false, changed })
    call.end('completed', 'test')
    await call.ended
  }
  expect([...world.calls.keys()]).toEqual(['running', 'two', 'three'])
  expect([...world.recordings.keys()]).toEqual(['two-recording', 'three-recording'])
  expect(running.over).toBe(false)
})
