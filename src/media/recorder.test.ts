import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { createPlayout } from './playout.ts'
import { createRecorder, type RecordingFile } from './recorder.ts'
import { readWav } from './wav.ts'

/** A file in memory that can be made to fail or to stall. */
function memoryFile() {
  const parts: Uint8Array[] = []
  const state = { writes: 0, patches: 0, closed: 0, fail: false, stall: undefined as Promise<void> | undefined }
  const file: RecordingFile = {
    async write(more) {
      await state.stall
      if (state.fail) throw new Error('disk full')
      state.writes++
      parts.push(more)
    },
    async patch(over) {
      state.patches++
      parts[0] = over.slice()
    },
    async close() {
      state.closed++
    },
  }
  return { file, state, wav: () => readWav(Buffer.concat(parts)) }
}

function setUp() {
  const clock = new VirtualClock()
  clock.advance(12_345.6)
  const memory = memoryFile()
  const failures: unknown[] = []
  const recorder = createRecorder({ clock, file: memory.file, failed: (error) => failures.push(error) })
  const channels = async () => {
    await recorder.close()
    const [left, right] = memory.wav().channels
    return { left: left!, right: right! }
  }
  return { clock, recorder, memory, failures, channels }
}

const tone = (ms: number, value: number) => new Int16Array(ms * 8).fill(value)
/** Runs of equal samples as `[value, from ms, to ms]`, without silence. */
function spans(pcm: Int16Array): (readonly [number, number, number])[] {
  const found: [number, number, number][] = []
  for (let index = 0; index < pcm.length; index++) {
    const value = pcm[index]!
    const last = found.at(-1)
    if (value === 0) continue
    if (last && last[0] === value && last[2] === index / 8) last[2] = (index + 1) / 8
    else found.push([value, index / 8, (index + 1) / 8])
  }
  return found
}

/** Where the beeps begin, ms. */
function beeps(pcm: Int16Array): readonly number[] {
  return spans(pcm).flatMap(([value, from]) => (value === 9 ? [from] : []))
}

describe('the caller', () => {
  test('is put where the sound was spoken: it ends when it arrives', async () => {
    const { clock, recorder, channels } = setUp()
    clock.advance(500)
    recorder.caller.write(tone(20, 7))
    clock.advance(20)
    recorder.caller.write(tone(20, 7))
    clock.advance(480)
    const { left, right } = await channels()
    expect(spans(left)).toEqual([[7, 480, 520]])
    expect(spans(right)).toEqual([])
    expect([left.length, right.length]).toEqual([8000, 8000])
  })

  test('jitter and a stalled network leave no seam', async () => {
    const { clock, recorder, channels } = setUp()
    const jitter = seededIds('jitter')
    const arrive = (ms: number) => {
      clock.advance(ms - clock.monotonic() + 12_345.6)
      recorder.caller.write(tone(20, 7))
    }
    for (let frame = 1; frame <= 100; frame++) arrive(frame * 20 + jitter.fraction() * 18)
    clock.advance(700)
    for (let frame = 101; frame <= 135; frame++) recorder.caller.write(tone(20, 7))
    for (let frame = 137; frame <= 400; frame++) arrive(frame * 20 - 20 + jitter.fraction() * 18)
    const { left } = await channels()
    const [only, ...more] = spans(left)
    expect(more).toEqual([])
    expect(only![1]).toBeLessThan(10)
  })

  test('a real gap is silence, and what follows is in its place', async () => {
    const { clock, recorder, channels } = setUp()
    for (let frame = 0; frame < 250; frame++) {
      clock.advance(20)
      if (frame < 100 || frame >= 150) recorder.caller.write(tone(20, frame < 100 ? 7 : 8))
    }
    const { left } = await channels()
    expect(spans(left)).toEqual([
      [7, 0, 2000],
      [8, 3000, 5000],
    ])
  })

  test('a sender whose clock is fast loses the excess', async () => {
    const { clock, recorder, channels } = setUp()
    for (let frame = 0; frame < 3000; frame++) {
      clock.advance(20 * 0.998)
      recorder.caller.write(tone(20, 7))
      if (frame % 500 === 0) await settle()
    }
    const { left } = await channels()
    expect(left.length / 8).toBeCloseTo(59_880, 0)
    expect(recorder.stats.excessMs).toBeGreaterThan(80)
    expect(recorder.stats.excessMs).toBeLessThan(140)
  })
})

describe('the agent', () => {
  test('is on record as the caller heard it: what was cleared is not', async () => {
    const { clock, recorder, channels } = setUp()
    const playout = createPlayout({
      clock,
      rate: 8000,
      frameMs: 20,
      leadMs: 400,
      send: () => {},
      sendClear: () => {},
      tap: recorder.agent,
    })
    clock.advance(100)
    playout.write(tone(1000, 5))
    clock.advance(330)
    playout.clear()
    clock.advance(270)
    playout.write(tone(100, 6))
    clock.advance(400)
    const { right } = await channels()
    expect(spans(right)).toEqual([
      [5, 100, 430],
      [6, 700, 800],
    ])
  })
})

test('two sides stay within a frame for thirty minutes of jitter', async () => {
  const { clock, recorder, channels } = setUp()
  const ids = seededIds('half an hour')
  const playout = createPlayout({ clock, rate: 8000, frameMs: 20, leadMs: 100, send: () => {}, tap: recorder.agent })
  const start = clock.monotonic()
  // The caller's clock is 50 ppm slow, 90 ms in half an hour; both sides beep at each full second of their own.
  const slow = 1.00005
  const until = (time: number) => clock.advance(start + time - clock.monotonic())
  let said = 0
  let arrival = 20
  for (let frame = 0; frame < 90_000; frame++) {
    for (; arrival < frame * 20; arrival = (++said + 1) * 20 * slow + ids.fraction() * 15) {
      until(arrival)
      recorder.caller.write(tone(20, said % 50 === 0 ? 9 : 1))
    }
    until(frame * 20)
    playout.write(tone(20, frame % 50 === 0 ? 9 : 1))
    if (frame % 500 === 0) await settle()
  }
  const { left, right } = await channels()
  const caller = beeps(left).map((at, second) => Math.abs(at - second * 1000 * slow))
  const agent = beeps(right).map((at, second) => Math.abs(at - second * 1000))
  expect([caller.length, agent.length]).toEqual([1800, 1800])
  expect(Math.max(...agent)).toBeLessThan(1)
  expect(Math.max(...caller)).toBeLessThanOrEqual(19)
}, 30_000)

describe('the file', () => {
  test('is written in blocks of a second, and its header is kept up to date', async () => {
    const { clock, recorder, memory } = setUp()
    await clock.advanceAsync(25_500)
    expect(memory.state).toMatchObject({ writes: 1 + 24, patches: 2 })
    // As a process that died would leave it: the header tells 20 s of the 24 there are.
    expect(memory.wav().channels[0]).toHaveLength(20 * 8000)
    await recorder.close()
    await recorder.close()
    expect(memory.wav().channels[0]).toHaveLength(25.5 * 8000)
    expect(memory.state.closed).toBe(1)
    expect(clock.pending).toBe(0)
  })

  test('before its first full header it is a stream that readers take to the end', async () => {
    const { clock, memory } = setUp()
    await clock.advanceAsync(5000)
    expect(memory.wav().channels[0]).toHaveLength(4 * 8000)
  })

  test('a disk that fails ends the recording, says so once, and hurts nobody', async () => {
    const { clock, recorder, memory, failures } = setUp()
    await clock.advanceAsync(3000)
    memory.state.fail = true
    await clock.advanceAsync(5000)
    recorder.caller.write(tone(20, 7))
    expect(failures).toEqual([new Error('disk full')])
    expect(clock.pending).toBe(0)
    await recorder.close()
    expect(failures).toHaveLength(1)
  })

  test('a disk that stalls is not waited for without bound', async () => {
    const { clock, recorder, memory, failures } = setUp()
    const { promise, resolve } = Promise.withResolvers<void>()
    memory.state.stall = promise
    await clock.advanceAsync(120_000)
    expect(failures).toHaveLength(1)
    resolve()
    await recorder.close()
  })
})
