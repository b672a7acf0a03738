/** A small call, recorded and replayed: same draws, same times, same order. */
import { describe, expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { VirtualClock } from './clock.ts'
import type { Ids } from './ids.ts'
import { randomIds, seededIds } from './ids.ts'
import { memoryRecorder, noRecorder } from './recorder.ts'
import type { RecordedInput } from './recording.ts'
import { recordingClock, recordingIds, replay, ReplayClock, replayIds } from './replay.ts'

/** Something like a call: draws, sets timers, cancels some, reads time before and after awaiting. */
function machine(clock: Clock, ids: Ids) {
  const journal: unknown[] = []
  const note = (...words: unknown[]) => void journal.push([clock.monotonic(), clock.now(), ...words])
  let idle = clock.timer(5000, () => note('idle'))
  return {
    journal,
    async hear(text: string) {
      idle.cancel()
      idle = clock.timer(50, () => note('idle', ids.id('prompt')))
      note('heard', text, ids.id('turn'), ids.fraction())
      await clock.sleep(ids.fraction() * 10)
      note('answered', text)
    },
  }
}

async function record(): Promise<{ readonly inputs: RecordedInput[]; readonly journal: unknown[] }> {
  // A process clock whose timers run late by an odd amount, as real ones do.
  const base = new VirtualClock()
  const late: Clock = {
    now: () => base.now(),
    monotonic: () => base.monotonic() + 0.1,
    timer: (delay, run) => base.timer(delay + 1.7, run),
    sleep: (delay, signal) => base.sleep(delay, signal),
  }
  base.advance(123.456)
  const recorder = memoryRecorder()
  const clock = recordingClock(late, recorder)
  const call = machine(clock, recordingIds(randomIds, recorder, clock))
  for (const text of ['a', 'b', 'c']) {
    recorder.input('speech', text, { time: clock.step() })
    void call.hear(text)
    await base.advanceAsync(3.3)
  }
  await base.advanceAsync(200)
  return { inputs: recorder.inputs, journal: call.journal }
}

describe('a recorded call', () => {
  test('replays with identical times, draws and order', async () => {
    const { inputs, journal } = await record()
    expect(journal).toHaveLength(7)
    const clock = new ReplayClock(inputs)
    const again = machine(clock, replayIds(inputs))
    const delivered: string[] = []
    await replay(inputs, clock, ({ kind, data }) => {
      delivered.push(kind)
      void again.hear(String(data))
    })
    expect(again.journal).toEqual(journal)
    expect(delivered).toEqual(['speech', 'speech', 'speech'])
    expect(clock.pending).toBe(0)
  })

  test('survives being written as JSON', async () => {
    const { inputs, journal } = await record()
    const copy: RecordedInput[] = JSON.parse(JSON.stringify(inputs))
    const clock = new ReplayClock(copy)
    const again = machine(clock, replayIds(copy))
    await replay(copy, clock, ({ data }) => void again.hear(String(data)))
    expect(again.journal).toEqual(journal)
  })

  test('that goes another way than recorded is noticed', async () => {
    const { inputs } = await record()
    const clock = new ReplayClock(inputs)
    await expect(replay(inputs, clock, () => undefined)).rejects.toMatchObject({
      code: 'recording.diverged',
      message: /^timer \d+ ran/,
    })
  })
})

test('inputs that came in one run of the event loop are delivered in one, whatever was drawn between', async () => {
  const start = { kind: 'clock.start', data: { wall: 0, monotonic: 0 }, time: 0 }
  const inputs: RecordedInput[] = [
    start,
    { kind: 'wire', data: 1, time: 1 },
    { kind: 'ids.id', data: 'msg_1', time: 1 },
    { kind: 'wire', data: 2, time: 1, joined: true },
    { kind: 'wire', data: 3, time: 2 },
  ]
  const seen: unknown[] = []
  await replay(inputs, new ReplayClock(inputs), ({ data }) => {
    seen.push(data)
    void Promise.resolve().then(() => seen.push(`after ${String(data)}`))
  })
  expect(seen).toEqual([1, 2, 'after 1', 'after 2', 3, 'after 3'])
})

describe('the call clock', () => {
  test('stands still while an input is handled and never goes back', () => {
    const base = new VirtualClock(0)
    const clock = recordingClock(base, noRecorder)
    base.advance(10)
    expect([clock.monotonic(), clock.now()]).toEqual([0, 0])
    expect(clock.step()).toBe(10)
    base.advance(5)
    expect([clock.monotonic(), clock.now()]).toEqual([10, 10])
  })

  test('steps with each of its timers', async () => {
    const base = new VirtualClock(0)
    const recorder = memoryRecorder()
    const clock = recordingClock(base, recorder)
    const seen: number[] = []
    clock.timer(20, () => seen.push(clock.monotonic()))
    clock.timer(30, () => seen.push(-1)).cancel()
    const slept = clock.sleep(40).then(() => seen.push(clock.monotonic()))
    await base.advanceAsync(100)
    await slept
    expect(seen).toEqual([20, 40])
    expect(recorder.inputs.slice(1)).toEqual([
      { kind: 'clock.timer', data: 0, time: 20 },
      { kind: 'clock.timer', data: 2, time: 40 },
    ])
  })

  test('cannot be replayed from a recording without its start', () => {
    expect(() => new ReplayClock([{ kind: 'wire', data: 1, time: 0 }])).toThrow(/no start of its clock/)
  })
})

describe('ids', () => {
  test('of a recording are drawn again; tokens are replaced and never recorded', () => {
    const recorder = memoryRecorder()
    const clock = new VirtualClock()
    const ids = recordingIds(seededIds('live'), recorder, clock)
    const token = ids.token()
    const drawn = [ids.id('call'), ids.fraction(), ids.id('leg')]
    expect(JSON.stringify(recorder.inputs)).not.toContain(token)
    const again = replayIds(recorder.inputs)
    const replayed = again.token()
    expect(replayed).toMatch(/^[\w-]{43}$/)
    expect(replayed).not.toBe(token)
    expect([again.id('call'), again.fraction(), again.id('leg')]).toEqual(drawn)
    expect(replayIds(recorder.inputs).token()).toBe(replayed)
  })

  test('asked for in another order are refused, saying which', () => {
    const log: RecordedInput[] = [{ kind: 'ids.id', data: 'call_1', time: 0 }]
    expect(() => replayIds(log).fraction()).toThrow('draw 1 is a fraction here and ids.id "call_1" in the recording')
    expect(() => replayIds(log).id('leg')).toThrow('draw 1 is an id leg_… here and ids.id "call_1" in the recording')
    expect(() => replayIds([]).token(16)).toThrow(
      'draw 1 is a token of 16 bytes here and nothing more in the recording',
    )
  })
})
