import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { Coordination } from '../store/contract.ts'
import { openPeers, type PeerRequest } from './peers.ts'

const say: PeerRequest = { type: 'play', id: 'cmd_1', command: { type: 'play', text: 'Hello' } }

/** Two processes on one bus. */
function two() {
  const clock = new VirtualClock()
  const listeners = new Map<string, Set<(message: string) => void>>()
  const bus: Pick<Coordination, 'publish' | 'subscribe'> = {
    async publish(channel, message) {
      for (const listener of listeners.get(channel) ?? []) queueMicrotask(() => listener(message))
    },
    async subscribe(channel, listener) {
      const own = listeners.get(channel) ?? new Set()
      listeners.set(channel, own.add(listener))
      return { [Symbol.asyncDispose]: async () => void own.delete(listener) }
    },
  }
  const open = (node: string) =>
    openPeers({ coordination: bus as Coordination, clock, logger: silentLogger, scope: new Scope(), node }) // peers only talk
  return { clock, a: open('a'), b: open('b') }
}

test('the owner of a call does what a peer asks, and says how it went', async () => {
  const { a, b, clock } = two()
  const asked: PeerRequest[] = []
  await a.serve('call_1', async (request) => asked.push(request) === 1)
  expect(await b.ask('call_1', 'ask_1', say)).toBe('done')
  expect(await b.ask('call_1', 'ask_2', say)).toBe('refused')
  expect(asked).toEqual([say, say])
  expect(clock.pending).toBe(0)
})

test('what is asked again under the same name is done once', async () => {
  const { a, b, clock } = two()
  const doing = Promise.withResolvers<boolean>()
  let times = 0
  await a.serve('call_1', () => {
    times++
    return doing.promise
  })
  const first = b.ask('call_1', 'ask_1', say)
  await clock.advanceAsync(2_000)
  expect(await first).toBe('busy')
  const second = b.ask('call_1', 'ask_1', say)
  doing.resolve(true)
  expect(await second).toBe('done')
  expect(times).toBe(1)
})

test('nobody answers for a call that nobody has, or that is about to go', async () => {
  const { a, b, clock } = two()
  const unknown = b.ask('call_1', 'ask_1', say)
  await clock.advanceAsync(2_000)
  expect(await unknown).toBe('busy')
  const serving = await a.serve('call_1', () => Promise.reject(new Error('it went')))
  const going = b.ask('call_1', 'ask_2', say)
  await clock.advanceAsync(2_000)
  expect(await going).toBe('busy')
  await serving[Symbol.asyncDispose]()
})
