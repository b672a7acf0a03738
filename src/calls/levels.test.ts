import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { memoryLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { CallEvent, Journaled } from '../spec/event.ts'
import { MemoryCoordination } from '../store/coordination/memory.ts'
import { Ears } from './ears.ts'
import type { Engine } from './engine.ts'
import { shareLevels, watchEveryLevel } from './levels-shared.ts'
import { silence, watchLevels, type Level } from './levels.ts'
import type { LiveCall } from './live.ts'

interface Stage {
  readonly ears: Ears
  queuedMs: number
  ended: boolean
  transfer: object | undefined
}

/** An engine with calls of which only what levels look at is there. */
function setting(clock = new VirtualClock(), coordination: object = {}, node = 'node_a') {
  const live = new Map<string, LiveCall>()
  const watchers = new Set<(entry: Journaled) => void>()
  const journal = {
    watch: (listener: (entry: Journaled) => void) => {
      watchers.add(listener)
      return { [Symbol.dispose]: () => void watchers.delete(listener) }
    },
  }
  const scope = new Scope(node)
  const shared = { coordination, node, scope, logger: memoryLogger() }
  const engine = { clock, live, store: { journal }, ...shared } as unknown as Engine
  const call = (id: string, organization = 'org_a'): Stage => {
    const stage: Stage = { ears: new Ears(), queuedMs: 0, ended: false, transfer: undefined }
    const running = {
      id,
      get ended() {
        return stage.ended
      },
      get call() {
        return { plan: { organization }, transfer: stage.transfer }
      },
    }
    const speaker = {
      get queuedMs() {
        return stage.queuedMs
      },
    }
    live.set(id, { ears: stage.ears, leg: { speaker }, running } as unknown as LiveCall)
    return stage
  }
  const happened = (id: string, event: CallEvent) => {
    for (const watcher of watchers) watcher({ position: 1, organization: 'org_a', call: id, sequence: 1, at: 0, event })
  }
  return { clock, engine, call, happened, watchers, scope }
}

const loud = new Int16Array(160).fill(16_384)

describe('levels', () => {
  test('say how loud both sides were since the last look, in dBFS', () => {
    const { clock, engine, call } = setting()
    const { ears } = call('call_a')
    const seen: Level[][] = []
    using _ = watchLevels(engine, { organization: 'org_a' }, (levels) => void seen.push([...levels]))
    clock.advance(0)
    const taps = ears.taps(8_000)
    taps.said.write(loud)
    taps.heard.heard(new Int16Array(160).fill(-32_768), 0)
    clock.advance(200)
    clock.advance(200)
    expect(seen.map(([level]) => [level!.caller, level!.agent])).toEqual([
      [silence, silence],
      [-6, 0],
      [silence, silence],
    ])
  })

  test('cost nothing without somebody who looks: no timer, no ear, no watch', () => {
    const { clock, engine, call, watchers } = setting()
    const { ears } = call('call_a')
    const first = watchLevels(engine, { organization: 'org_a' }, () => undefined)
    const second = watchLevels(engine, { organization: 'org_a' }, () => undefined)
    clock.advance(400)
    expect([clock.pending, watchers.size, ears.size]).toEqual([1, 1, 1])
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(clock.pending).toBe(1)
    second[Symbol.dispose]()
    expect([clock.pending, watchers.size, ears.size]).toEqual([0, 0, 0])
  })

  test('are of one organization, or of one call, and of calls that run', () => {
    const { clock, engine, call } = setting()
    const one = call('call_a')
    call('call_b')
    call('call_c', 'org_b')
    const seen: Record<string, string[]> = {}
    const look = (name: string, wanted: { organization: string; call?: string }) =>
      watchLevels(engine, wanted, (levels) => (seen[name] = levels.map(({ id }) => id)))
    using all = look('all', { organization: 'org_a' })
    using some = look('one', { organization: 'org_a', call: 'call_b' })
    using none = look('foreign', { organization: 'org_a', call: 'call_c' })
    expect([all, some, none]).toHaveLength(3)
    clock.advance(0)
    expect(seen).toEqual({ all: ['call_a', 'call_b'], one: ['call_b'], foreign: [] })
    one.ended = true
    clock.advance(200)
    expect(seen['all']).toEqual(['call_b'])
    expect(one.ears.size).toBe(0)
  })

  test('tell what the agent does: listens, thinks between the words, speaks, or is held', () => {
    const { clock, engine, call, happened } = setting()
    const stage = call('call_a')
    const states: string[] = []
    using _ = watchLevels(engine, { organization: 'org_a' }, ([level]) => void states.push(level!.state))
    const step = (change: () => void = () => undefined) => {
      change()
      clock.advance(states.length === 0 ? 0 : 200)
    }
    step()
    step(() => happened('call_a', { type: 'speech.ended', by: 'caller', durationMs: 900 }))
    step(() => (stage.queuedMs = 300))
    step(() => (stage.queuedMs = 0))
    step(() => happened('call_a', { type: 'speech.ended', by: 'caller', durationMs: 900 }))
    step(() => happened('call_a', { type: 'speech.started', by: 'caller' }))
    step(() => (stage.transfer = {}))
    expect(states).toEqual(['listening', 'thinking', 'speaking', 'listening', 'thinking', 'listening', 'held'])
  })
})

describe('levels of nothing', () => {
  test('are told once, until something runs again', () => {
    const { clock, engine, call } = setting()
    const seen: number[] = []
    using _ = watchLevels(engine, { organization: 'org_a' }, (levels) => void seen.push(levels.length))
    clock.advance(1_000)
    const stage = call('call_a')
    clock.advance(400)
    stage.ended = true
    clock.advance(1_000)
    expect(seen).toEqual([0, 1, 1, 0])
  })
})

describe('levels of all processes', () => {
  async function two() {
    const clock = new VirtualClock()
    const coordination = new MemoryCoordination({ clock, logger: memoryLogger() })
    const [here, there] = [setting(clock, coordination, 'node_a'), setting(clock, coordination, 'node_b')]
    await shareLevels(here.engine)
    await shareLevels(there.engine)
    const seen: string[][] = []
    const look = (wanted: { organization: string; call?: string }) =>
      watchEveryLevel(here.engine, wanted, (levels) => void seen.push(levels.map(({ id }) => id).toSorted()))
    return { clock, here, there, seen, look }
  }

  test('come together where somebody looks, and are measured only as long', async () => {
    const { clock, here, there, seen, look } = await two()
    here.call('call_a')
    const far = there.call('call_b')
    there.call('call_c', 'org_b')
    await clock.advanceAsync(5_000)
    expect(far.ears.size).toBe(0)
    const watch = look({ organization: 'org_a' })
    await clock.advanceAsync(1_000)
    expect(seen.at(-1)).toEqual(['call_a', 'call_b'])
    expect(far.ears.size).toBe(1)
    watch[Symbol.dispose]()
    await clock.advanceAsync(5_000)
    expect(far.ears.size).toBe(0)
  })

  test('are seen from a process without calls, of one call too, and end with the call and with the process', async () => {
    const { clock, there, seen, look } = await two()
    const [one, other] = [there.call('call_b'), there.call('call_c')]
    using _ = look({ organization: 'org_a', call: 'call_b' })
    await clock.advanceAsync(1_000)
    expect(seen.at(-1)).toEqual(['call_b'])
    one.ended = true
    await clock.advanceAsync(400)
    expect(seen.at(-1)).toEqual([])
    one.ended = false
    await clock.advanceAsync(400)
    expect(seen.at(-1)).toEqual(['call_b'])
    await there.scope.close()
    expect(other.ears.size).toBe(0)
    await clock.advanceAsync(2_000)
    expect(seen.at(-1)).toEqual([])
  })
})

describe('ears', () => {
  test('hear after the recording, as long as they listen', () => {
    const ears = new Ears()
    const heard: string[] = []
    const tap = (name: string) => ({
      heard: () => void heard.push(`${name} heard`),
      cleared: () => void heard.push(`${name} cleared`),
    })
    const said = { rate: 8_000, write: () => void heard.push('recording said'), toString: () => 'recording' }
    const taps = ears.taps(8_000, { said, heard: tap('recording') })
    const one = ears.listen({ said: () => void heard.push('ear said'), heard: tap('ear') })
    taps.said.write(loud)
    taps.heard.heard(loud, 0)
    one[Symbol.dispose]()
    taps.heard.cleared(0)
    expect(heard).toEqual(['recording said', 'ear said', 'recording heard', 'ear heard', 'recording cleared'])
  })

  test('are told of a line at once when there is one, and of each that follows', () => {
    const ears = new Ears()
    const rates: string[] = []
    ears.onOpen((rate) => void rates.push(`early ${rate}`))
    ears.taps(8_000)
    const late = ears.onOpen((rate) => void rates.push(`late ${rate}`))
    late[Symbol.dispose]()
    ears.taps(16_000)
    expect(rates).toEqual(['early 8000', 'late 8000', 'early 16000'])
  })
})
