import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import type { PlayoutOptions } from './playout-options.ts'
import { createPlayout } from './playout.ts'
import { silence } from './tones.ts'

interface Log {
  readonly at: number
  readonly what: string
}

/** A playout at 8 kHz whose orders are noted with their time. */
function setUp(options: Partial<PlayoutOptions> = {}, clock = new VirtualClock()) {
  const log: Log[] = []
  const sent: number[] = []
  const note = (what: string) => void log.push({ at: clock.monotonic(), what })
  const playout = createPlayout({
    clock,
    rate: 8000,
    frameMs: 20,
    send: (frame) => {
      note(`frame ${frame.length}`)
      sent.push(...frame)
    },
    ...options,
  })
  const times = () => log.filter(({ what }) => what.startsWith('frame')).map(({ at }) => at)
  return { clock, playout, log, sent, times, note }
}

/** `ms` of a ramp at 8 kHz: no two samples of a second alike. */
function sound(ms: number, from = 1): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, index) => from + index)
}

/** All the distances between one time and the next. */
function steps(times: readonly number[]): Set<number> {
  return new Set(times.slice(1).map((at, index) => at - times[index]!))
}

describe('playout paced', () => {
  test('a backlog goes out one frame every 20 ms, each of exactly 160 samples, in order', () => {
    const { clock, playout, sent, times, log } = setUp()
    playout.write(sound(100))
    clock.advance(200)
    expect(times()).toEqual([0, 20, 40, 60, 80])
    expect(new Set(log.map(({ what }) => what))).toEqual(new Set(['frame 160']))
    expect(sent).toEqual([...sound(100)])
  })

  test('a frame written in time leaves in the same call stack', () => {
    const { clock, playout, times } = setUp()
    for (let frame = 0; frame < 10; frame++) {
      playout.write(sound(20))
      expect(times()).toHaveLength(frame + 1)
      // The writer's own jitter: 4 ms early, 4 ms late.
      clock.advance(frame % 2 === 0 ? 16 : 24)
    }
    expect(playout.stats).toMatchObject({ framesSent: 10, lateFrames: 0, underruns: 0 })
  })

  test('a tick never comes after its frame is due, wherever the run began', () => {
    const { clock, playout, times } = setUp()
    clock.advance(3)
    playout.write(sound(80))
    clock.advance(100)
    expect(times()).toEqual([3, 20, 40, 60])
  })

  test('ten minutes do not drift, whatever the chunks', () => {
    const { clock, playout, times } = setUp({ limitMs: 10_000 })
    for (let second = 0; second < 600; second++) {
      for (const ms of [31, 400, 1, 568]) playout.write(sound(ms))
      clock.advance(1000)
    }
    clock.advance(100)
    const all = times()
    expect(all).toHaveLength(30_000)
    // Every frame stands on its own place of the absolute schedule.
    expect(all.findIndex((at, index) => at > index * 20 || at < index * 20 - 20)).toBe(-1)
    expect(playout.stats).toMatchObject({ lateFrames: 0, droppedMs: 0 })
  })

  test('idle, drained or closed it leaves no timer', () => {
    const { clock, playout } = setUp({ leadMs: 200 })
    expect(clock.pending).toBe(0)
    playout.write(sound(500))
    expect(clock.pending).toBe(1)
    clock.advance(1000)
    expect(clock.pending).toBe(0)
    playout.write(sound(500))
    playout.close()
    playout.close()
    expect(clock.pending).toBe(0)
  })

  test('a late tick is made good by a short burst and counted', () => {
    const { clock, playout, times } = setUp()
    playout.write(sound(400))
    const late = stall(clock, 47)
    expect(times().filter((at) => at === late)).toHaveLength(3)
    expect(playout.stats.lateFrames).toBe(1)
    clock.advance(33)
    expect(times().at(-1)).toBe(80)
    clock.advance(1000)
    expect(times()).toHaveLength(20)
    expect(times().at(-1)).toBe(380)
  })

  test('after a stall of a second the burst is bounded and the rest keeps its pace', () => {
    const { clock, playout, times } = setUp()
    playout.write(sound(2000))
    const late = stall(clock, 1000)
    expect(times().filter((at) => at === late).length).toBeLessThanOrEqual(5)
    clock.advance(3000)
    const after = times().filter((at) => at > late)
    expect(steps(after)).toEqual(new Set([20]))
    expect(times()).toHaveLength(100)
  })

  test.each([
    { liveCatchUpMs: 250, later: 0 },
    { liveCatchUpMs: 0, later: 160 },
  ])(
    'a live source held up once is heard $later ms later from then on, with $liveCatchUpMs',
    ({ liveCatchUpMs, later }) => {
      const { clock, playout, times } = setUp({ liveCatchUpMs })
      const live = (frames: number) => {
        for (let frame = 0; frame < frames; frame++) {
          playout.write(sound(20))
          clock.advance(20)
        }
      }
      live(10)
      clock.advance(180)
      // What was held up comes at once, then it goes on as before.
      for (let frame = 0; frame < 9; frame++) playout.write(sound(20))
      live(10)
      const written = clock.monotonic() - 20
      clock.advance(1000)
      expect(times()).toHaveLength(29)
      expect(Math.abs(times().at(-1)! - written - later)).toBeLessThanOrEqual(20)
    },
  )

  test('sound made at once is not hurried after a stall, whatever a live source may', () => {
    const { clock, playout, times } = setUp({ liveCatchUpMs: 250 })
    playout.write(sound(100))
    clock.advance(280)
    playout.write(sound(400))
    expect(times().filter((at) => at === 280)).toHaveLength(1)
  })
})

/** Moves time without timers, as a blocked event loop does, then lets what is due run. */
function stall(clock: VirtualClock, ms: number): number {
  const frozen = clock.monotonic() + ms
  const timer = Object.getPrototypeOf(clock).monotonic
  clock.monotonic = () => Math.max(frozen, timer.call(clock))
  clock.advance(ms)
  return frozen
}

describe('playout with a lead', () => {
  test('fills the lead at once and then keeps it', () => {
    const { clock, playout, times } = setUp({ leadMs: 200 })
    playout.write(sound(400))
    expect(times()).toHaveLength(10)
    clock.advance(100)
    expect(times()).toHaveLength(15)
    expect(playout.queuedMs).toBe(300)
    clock.advance(1000)
    expect(times()).toHaveLength(20)
    expect(times().at(-1)).toBe(200)
    expect(playout.queuedMs).toBe(0)
  })

  test('a tick as late as the lead leaves the carrier no gap', () => {
    const due: number[] = []
    const { clock, playout } = setUp({ leadMs: 200, tap: { heard: (_, at) => due.push(at), cleared: () => {} } })
    playout.write(sound(1000))
    stall(clock, 180)
    clock.advance(2000)
    expect(due).toEqual(Array.from({ length: 50 }, (_, index) => index * 20))
    expect(playout.stats.lateFrames).toBe(0)
  })
})

describe('part frames', () => {
  test('wait for more and are joined without a seam', () => {
    const { clock, playout, sent } = setUp()
    playout.write(sound(15))
    clock.advance(10)
    expect(sent).toHaveLength(0)
    playout.write(sound(5, 121))
    expect(sent).toEqual([...sound(20)])
  })

  test('are padded with silence after a frame without writes', () => {
    const { clock, playout, sent, times } = setUp()
    playout.write(sound(25))
    clock.advance(19)
    expect(times()).toEqual([0])
    clock.advance(20)
    expect(times()).toHaveLength(2)
    expect(sent.slice(160)).toEqual([...sound(5, 161), ...silence({ rate: 8000, ms: 15 })])
  })

  test('are padded at once on flush', () => {
    const { playout, sent } = setUp()
    playout.write(sound(5))
    playout.flush()
    expect(sent).toHaveLength(160)
    playout.flush()
    expect(sent).toHaveLength(160)
  })

  test('wait as long as the carrier has sound of its own', () => {
    const { clock, playout, sent, times } = setUp({ leadMs: 200 })
    playout.write(sound(105))
    clock.advance(60)
    expect(times()).toHaveLength(5)
    playout.write(sound(35, 841))
    clock.advance(300)
    expect(sent).toEqual([...sound(140)])
  })
})

describe('clear', () => {
  test.each([0, 7, 20, 50, 99, 130, 499, 500, 700])('after %i ms tells how much was heard', (elapsed) => {
    const { clock, playout, log, note } = setUp({ leadMs: 100, sendClear: () => note('clear') })
    playout.write(sound(500))
    clock.advance(elapsed)
    expect(playout.clear()).toEqual({ heardMs: Math.min(elapsed, 500) })
    expect(log.at(-1)).toEqual({ at: elapsed, what: 'clear' })
    expect(playout.queuedMs).toBe(0)
    const frames = log.length
    clock.advance(1000)
    expect(log).toHaveLength(frames)
    expect(clock.pending).toBe(0)
  })

  test('the next run counts from its own start and goes straight through', () => {
    const { clock, playout, times } = setUp({ leadMs: 100, sendClear: () => {} })
    playout.write(sound(500))
    clock.advance(130)
    playout.clear()
    const before = times().length
    playout.write(sound(300))
    expect(times().length - before).toBe(5)
    clock.advance(90)
    expect(playout.clear()).toEqual({ heardMs: 90 })
  })

  test('where the carrier cannot clear, what was sent counts as heard', () => {
    const { clock, playout } = setUp({ leadMs: 100 })
    playout.write(sound(500))
    clock.advance(40)
    expect(playout.clear()).toEqual({ heardMs: 140 })
    expect(playout.queuedMs).toBe(100)
  })

  test('a run goes on through jitter and ends by a flush or a silence', () => {
    const { clock, playout } = setUp({ sendClear: () => {} })
    playout.write(sound(20))
    clock.advance(50)
    playout.write(sound(20))
    clock.advance(10)
    expect(playout.clear()).toEqual({ heardMs: 30 })
    playout.write(sound(20))
    playout.flush()
    clock.advance(30)
    playout.write(sound(20))
    clock.advance(10)
    expect(playout.clear()).toEqual({ heardMs: 10 })
    expect(playout.stats.underruns).toBe(1)
  })

  test('padding is never counted as heard', () => {
    const { clock, playout } = setUp({ sendClear: () => {} })
    playout.write(sound(5))
    playout.flush()
    clock.advance(19)
    expect(playout.clear()).toEqual({ heardMs: 5 })
  })

  test('the tap learns when every frame is due and from when nothing was heard', () => {
    const told: string[] = []
    const tap = {
      heard: (frame: Int16Array, at: number) => void told.push(`${frame[0]} at ${at}`),
      cleared: (at: number) => void told.push(`cleared ${at}`),
    }
    const { clock, playout } = setUp({ leadMs: 60, sendClear: () => {}, tap })
    clock.advance(1000)
    playout.write(sound(60))
    clock.advance(30)
    playout.clear()
    expect(told).toEqual(['1 at 1000', '161 at 1020', '321 at 1040', 'cleared 1030'])
  })
})

describe('hush', () => {
  const clears = () => {
    const made = setUp({ leadMs: 100, sendClear: () => made.note('clear') })
    return made
  }

  test('what the carrier had and nobody heard is said again, from the very sample, and nothing twice', () => {
    const { clock, playout, sent, log } = clears()
    playout.write(sound(500))
    clock.advance(130)
    playout.hush()
    expect(log.at(-1)).toEqual({ at: 130, what: 'clear' })
    expect(playout.queuedMs).toBe(370)
    const before = sent.length
    clock.advance(400)
    expect(sent).toHaveLength(before)
    expect(playout.queuedMs).toBe(370)
    playout.goOn()
    clock.advance(1000)
    expect(sent.slice(before, before + 370 * 8)).toEqual([...sound(370, 1 + 130 * 8)])
    expect(playout.queuedMs).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('what is written meanwhile comes after it', () => {
    const { clock, playout, sent } = clears()
    playout.write(sound(40))
    clock.advance(10)
    playout.hush()
    playout.write(sound(20, 321))
    playout.flush()
    clock.advance(100)
    const before = sent.length
    playout.goOn()
    clock.advance(200)
    expect(sent.slice(before, before + 400)).toEqual([...sound(50, 81)])
  })

  test('a second one and a second time are as good as the first; without one, going on is nothing', () => {
    const { clock, playout, sent, log } = clears()
    playout.write(sound(300))
    playout.goOn()
    for (const ms of [45, 3]) {
      clock.advance(ms)
      playout.hush()
      playout.hush()
      clock.advance(50)
      playout.goOn()
    }
    expect(log.filter(({ what }) => what === 'clear')).toHaveLength(2)
    const again = sent.lastIndexOf(48 * 8 + 1)
    clock.advance(1000)
    expect(sent.slice(again, again + 252 * 8)).toEqual([...sound(252, 48 * 8 + 1)])
  })

  test('then a clear drops it: what was heard is what was before the hush, and the carrier is told once', () => {
    const { clock, playout, log, times } = clears()
    playout.write(sound(500))
    clock.advance(130)
    playout.hush()
    clock.advance(300)
    const frames = times().length
    expect(playout.clear()).toEqual({ heardMs: 130 })
    playout.goOn()
    clock.advance(1000)
    expect(times()).toHaveLength(frames)
    expect(log.filter(({ what }) => what === 'clear')).toHaveLength(1)
    playout.write(sound(100))
    clock.advance(60)
    expect(playout.clear()).toEqual({ heardMs: 60 })
  })

  test('marks wait for the sound they stand behind, whatever the carrier says of those it had', () => {
    const { clock, playout, names, heard, mark } = echoing()
    playout.write(sound(80))
    mark('sent')
    playout.write(sound(120))
    mark('waiting')
    clock.advance(50)
    playout.hush()
    mark('last')
    playout.marked(names[0]!, true)
    clock.advance(3000)
    expect(heard).toEqual([])
    expect(names).toHaveLength(1)
    playout.goOn()
    expect(names).toHaveLength(2)
    clock.advance(30)
    playout.marked(names[1]!, false)
    clock.advance(120)
    playout.marked(names[3]!, false)
    expect(heard).toEqual(['sent heard 3080', 'waiting heard 3200', 'last heard 3200'])
    expect(names).toHaveLength(4)
    expect(clock.pending).toBe(0)
  })

  test('a mark set meanwhile stands behind all that is kept', () => {
    const { clock, playout } = clears()
    const heard: number[] = []
    playout.write(sound(500))
    clock.advance(60)
    playout.hush()
    playout.mark(() => heard.push(clock.monotonic()))
    clock.advance(100)
    playout.goOn()
    clock.advance(1000)
    expect(heard).toEqual([600])
  })

  test('where the carrier cannot clear, what was sent is heard and the rest waits; its time is not made good', () => {
    const { clock, playout, sent, times } = setUp({ liveCatchUpMs: 250 })
    const live = (from: number) => {
      playout.write(sound(20, from))
      clock.advance(20)
    }
    live(1)
    playout.hush()
    live(161)
    live(321)
    expect(playout.queuedMs).toBe(40)
    expect(times()).toEqual([0])
    clock.advance(140)
    playout.goOn()
    clock.advance(1000)
    expect(times()).toEqual([0, 200, 220])
    expect(sent).toEqual([...sound(60)])
  })

  test('the tap is told what was not heard, and hears it again', () => {
    const told: string[] = []
    const tap = {
      heard: (frame: Int16Array, at: number) => void told.push(`${frame[0]} at ${at}`),
      cleared: (at: number) => void told.push(`cleared ${at}`),
    }
    const { clock, playout } = setUp({ leadMs: 60, sendClear: () => {}, tap })
    playout.write(sound(60))
    clock.advance(30)
    playout.hush()
    clock.advance(10)
    playout.goOn()
    playout.flush()
    expect(told.slice(3)).toEqual(['cleared 30', '241 at 40', '401 at 60'])
  })

  test('the carrier’s own pause outlasts it', () => {
    const { clock, playout, times } = clears()
    playout.write(sound(400))
    playout.pause()
    playout.hush()
    playout.goOn()
    clock.advance(500)
    expect(times()).toHaveLength(5)
    playout.resume()
    clock.advance(1000)
    expect(times()).toHaveLength(25)
  })
})

function echoing(options: Partial<PlayoutOptions> = {}) {
  const names: string[] = []
  const heard: string[] = []
  const made = setUp({ leadMs: 100, sendMark: (name) => void names.push(name), sendClear: () => {}, ...options })
  const mark = (label: string) => made.playout.mark((how) => heard.push(`${label} ${how} ${made.clock.monotonic()}`))
  return { ...made, names, heard, mark }
}

describe('marks', () => {
  test('go out behind their sound and are heard when echoed', () => {
    const { clock, playout, names, heard, mark } = echoing()
    playout.write(sound(200))
    mark('end')
    clock.advance(80)
    expect(names).toEqual([])
    clock.advance(20)
    expect(names).toHaveLength(1)
    clock.advance(150)
    expect(heard).toEqual([])
    playout.marked(names[0]!, false)
    expect(heard).toEqual(['end heard 250'])
    expect(clock.pending).toBe(0)
  })

  test('a late echo moves what counts as heard', () => {
    const { clock, playout, names, mark } = echoing()
    playout.write(sound(100))
    mark('first')
    playout.write(sound(400))
    clock.advance(180)
    // Expected at 100: the way to the ear takes 80 ms more than the clock says.
    playout.marked(names[0]!, false)
    clock.advance(20)
    expect(playout.clear()).toEqual({ heardMs: 120 })
  })

  test('what was heard before a gap stays heard when the way is long', () => {
    const { clock, playout, names, mark } = echoing()
    playout.write(sound(100))
    mark('first')
    clock.advance(180)
    playout.marked(names[0]!, false)
    clock.advance(120)
    playout.write(sound(100))
    clock.advance(190)
    playout.write(sound(20))
    expect(playout.queuedMs).toBe(20)
  })

  test('an early echo moves it forward', () => {
    const { clock, playout, names, mark } = echoing()
    playout.write(sound(100))
    mark('first')
    playout.write(sound(400))
    clock.advance(90)
    playout.marked(names[0]!, false)
    clock.advance(10)
    expect(playout.clear()).toEqual({ heardMs: 110 })
  })

  test('nothing beyond an outstanding mark counts as heard', () => {
    const { clock, playout, mark } = echoing()
    playout.write(sound(100))
    mark('first')
    playout.write(sound(400))
    clock.advance(300)
    expect(playout.clear()).toEqual({ heardMs: 100 })
  })

  test('an echo after a clear, or one the carrier calls cleared, is never heard', () => {
    const { clock, playout, names, heard, mark } = echoing()
    playout.write(sound(100))
    mark('sent')
    playout.write(sound(400))
    mark('waiting')
    clock.advance(50)
    expect(playout.clear()).toEqual({ heardMs: 50 })
    expect(heard).toEqual(['sent cleared 50', 'waiting cleared 50'])
    playout.marked(names[0]!, false)
    playout.write(sound(40))
    mark('next')
    expect(names).toEqual(['m1', 'm2'])
    playout.marked('m1', false)
    playout.marked('m2', true)
    expect(heard.slice(2)).toEqual(['next cleared 50'])
  })

  test('one that never returns is decided by the clock after a margin, and counted', () => {
    const { clock, playout, heard, mark } = echoing({ markMarginMs: 500 })
    playout.write(sound(100))
    mark('lost')
    clock.advance(5000)
    expect(heard).toEqual(['lost heard 600'])
    expect(playout.stats.marksLost).toBe(1)
    expect(clock.pending).toBe(0)
  })

  test('a carrier without marks is answered for by the clock', () => {
    const { clock, playout } = setUp({ leadMs: 100 })
    const heard: string[] = []
    playout.write(sound(300))
    playout.mark((how) => heard.push(`${how} ${clock.monotonic()}`))
    clock.advance(1000)
    expect(heard).toEqual(['heard 300'])
    playout.mark((how) => heard.push(`${how} ${clock.monotonic()}`))
    clock.advance(0)
    expect(heard[1]).toBe('heard 1000')
  })

  test('a second mark stands for a first that was skipped', () => {
    const { playout, names, heard, mark } = echoing()
    playout.write(sound(20))
    mark('one')
    mark('two')
    playout.marked(names[1]!, false)
    expect(heard).toEqual(['one heard 0', 'two heard 0'])
  })
})

describe('bounds and waiting', () => {
  test('the newest is refused when the queue is full, and counted', () => {
    const { clock, playout, sent } = setUp({ limitMs: 1000 })
    playout.write(sound(3000))
    expect(playout.queuedMs).toBe(1020)
    expect(playout.stats.droppedMs).toBe(1980)
    clock.advance(5000)
    expect(sent).toEqual([...sound(1020)])
  })

  test('drained resolves when few enough ms are queued, at once after a clear, and rejects on abort', async () => {
    const { clock, playout } = setUp({ leadMs: 100, sendClear: () => {} })
    const signal = new AbortController().signal
    const settled: string[] = []
    const wait = (ms: number, name: string) =>
      void playout.drained(ms, signal).then(() => settled.push(`${name} ${clock.monotonic()}`))
    await playout.drained(0, signal)
    playout.write(sound(1000))
    wait(400, 'low')
    wait(0, 'empty')
    await clock.advanceAsync(700)
    expect(settled).toEqual(['low 600'])
    playout.clear()
    await clock.advanceAsync(0)
    expect(settled).toEqual(['low 600', 'empty 700'])
    playout.write(sound(1000))
    const stop = new AbortController()
    const stopped = playout.drained(0, stop.signal)
    stop.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    playout.close()
    expect(clock.pending).toBe(0)
  })

  test('paused nothing leaves; resumed it goes on without a burst beyond the lead', () => {
    const { clock, playout, times } = setUp({ leadMs: 60 })
    playout.write(sound(200))
    playout.pause()
    clock.advance(500)
    playout.write(sound(100))
    expect(times()).toHaveLength(3)
    expect(clock.pending).toBe(0)
    playout.resume()
    expect(times()).toHaveLength(6)
    clock.advance(1000)
    expect(times()).toHaveLength(15)
    expect(playout.stats.lateFrames).toBe(0)
  })

  test('paused while empty, it keeps what is written', () => {
    const { clock, playout, times } = setUp()
    playout.pause()
    playout.write(sound(40))
    clock.advance(500)
    expect(times()).toEqual([])
    playout.resume()
    clock.advance(100)
    expect(times()).toEqual([500, 520])
  })

  test('a closed playout takes nothing and owes nothing', () => {
    const { playout, sent } = setUp()
    const heard: string[] = []
    playout.write(sound(100))
    playout.mark((how) => heard.push(how))
    playout.close()
    playout.write(sound(100))
    playout.mark((how) => heard.push(how))
    expect(heard).toEqual(['cleared', 'cleared'])
    expect(sent).toHaveLength(160)
    expect(playout.queuedMs).toBe(0)
  })

  test('prints its path', () => {
    expect(String(setUp({ leadMs: 200, to: 'pcmu → twilio' }).playout)).toBe(
      'playout(8000 Hz, 20 ms, lead 200 ms) → pcmu → twilio',
    )
  })
})

describe('pacer', () => {
  test('a hundred calls with a backlog share timers and do not tick together', () => {
    const clock = new VirtualClock()
    const calls = Array.from({ length: 100 }, () => setUp({}, clock))
    for (const { playout } of calls) playout.write(sound(1000))
    expect(clock.pending).toBe(1)
    clock.advance(100)
    expect(clock.pending).toBe(1)
    const busy = new Map<number, number>()
    for (const { times } of calls) for (const at of times().slice(1)) busy.set(at % 20, (busy.get(at % 20) ?? 0) + 1)
    expect(busy.size).toBeGreaterThanOrEqual(3)
    for (const { times } of calls) {
      expect(steps(times().slice(1))).toEqual(new Set([20]))
    }
  })
})
