import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Clock, VirtualClock } from '../lib/clock.ts'
import { Scope } from '../lib/scope.ts'
import type { AudioSink } from '../spec/audio.ts'
import { toneLevel } from './measure.ts'
import { drive, mix, Mixer, type Seat } from './mixer.ts'
import { connect, createSource } from './port.ts'
import { concat, sine } from './tones.ts'

const frame = (value: number) => new Int16Array(320).fill(value)

function ears(seat: Seat): Int16Array[] {
  const heard: Int16Array[] = []
  seat.microphone.pipe({ rate: 16000, write: (pcm) => void heard.push(pcm.slice()), toString: () => 'ear' })
  return heard
}

describe('mixing', () => {
  test('each hears everybody but itself', () => {
    expect(mix([Int16Array.of(1, 10), Int16Array.of(2, 20), Int16Array.of(4, 40)])).toEqual([
      Int16Array.of(6, 60),
      Int16Array.of(5, 50),
      Int16Array.of(3, 30),
    ])
    expect(mix([])).toEqual([])
    expect(mix([Int16Array.of(7)])).toEqual([Int16Array.of(0)])
  })

  test('sums are cut off at the limits, and only after one’s own part was taken out', () => {
    const loud = Int16Array.of(30000, -30000)
    expect(mix([loud, loud, loud])[0]).toEqual(Int16Array.of(32767, -32768))
    expect(mix([loud, loud, Int16Array.of(-30000, 30000)])[0]).toEqual(Int16Array.of(0, 0))
  })

  test('agrees with the sum written out', () => {
    const frames = fc.array(fc.int16Array({ minLength: 4, maxLength: 4 }), { maxLength: 6 })
    fc.assert(
      fc.property(frames, (parties) => {
        for (const [who, heard] of mix(parties).entries()) {
          for (let index = 0; index < 4; index++) {
            const sum = parties.reduce((total, party, other) => total + (other === who ? 0 : party[index]!), 0)
            expect(heard[index]).toBe(Math.max(-32768, Math.min(32767, sum)))
          }
        }
      }),
    )
  })
})

describe('the mixer', () => {
  test('a step takes one frame from every seat; who is late gives silence and is counted', () => {
    const mixer = new Mixer()
    const [one, two, three] = [mixer.join('one'), mixer.join('two'), mixer.join('three')]
    const [first, second, third] = [ears(one), ears(two), ears(three)]
    one.speaker.write(concat(frame(1), frame(2)))
    two.speaker.write(frame(10))
    mixer.step()
    mixer.step()
    expect([first[0]![0], second[0]![0], third[0]![0]]).toEqual([10, 1, 11])
    expect([first[1]![0], second[1]![0], third[1]![0]]).toEqual([0, 2, 2])
    expect([one.late, two.late, three.late]).toEqual([0, 1, 0])
  })

  test('part of a frame is filled up with silence', () => {
    const mixer = new Mixer()
    const [one, two] = [mixer.join('one'), mixer.join('two')]
    const heard = ears(two)
    one.speaker.write(Int16Array.of(5, 6))
    mixer.step()
    expect([...heard[0]!.subarray(0, 4)]).toEqual([5, 6, 0, 0])
    expect(heard[0]).toHaveLength(320)
    expect(one.late).toBe(1)
  })

  test('who is too far ahead loses the oldest sound, counted', () => {
    const mixer = new Mixer({ capacityMs: 60 })
    const [one, two] = [mixer.join('one'), mixer.join('two')]
    const heard = ears(two)
    for (let value = 1; value <= 5; value++) one.speaker.write(frame(value))
    expect(one.dropped).toBe(640)
    for (let step = 0; step < 4; step++) mixer.step()
    expect(heard.map((pcm) => pcm[0])).toEqual([3, 4, 5, 0])
    one.speaker.write(concat(...[1, 2, 3, 4, 5].map(frame)))
    expect(one.dropped).toBe(1280)
    mixer.step()
    expect(heard.at(-1)![0]).toBe(3)
  })

  test('the ring keeps the order of any writes and steps within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 }), (writes) => {
        const mixer = new Mixer()
        const [one, two] = [mixer.join('one'), mixer.join('two')]
        const heard = ears(two)
        let next = 1
        for (const length of writes) {
          one.speaker.write(Int16Array.from({ length }, () => (next = (next % 30000) + 1)))
          mixer.step()
        }
        const sounds = concat(...heard).filter((sample) => sample !== 0)
        expect(sounds.every((sample, index) => index === 0 || sample > sounds[index - 1]!)).toBe(true)
        expect(sounds.length + one.dropped).toBeLessThanOrEqual(writes.reduce((sum, length) => sum + length, 0))
      }),
    )
  })

  test('who has left neither speaks nor hears', () => {
    const mixer = new Mixer()
    const [one, two] = [mixer.join('one'), mixer.join('two')]
    const [first, second] = [ears(one), ears(two)]
    one.speaker.write(frame(9))
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    mixer.step()
    expect([first.length, second[0]![0], mixer.size]).toEqual([0, 0, 1])
  })

  test('legs of other rates are connected to seats like to any party', () => {
    const mixer = new Mixer()
    const heard: Int16Array[] = []
    const speaker: AudioSink = { rate: 8000, write: (pcm) => void heard.push(pcm.slice()), toString: () => 'leg' }
    const leg = { microphone: createSource(8000), speaker }
    const lines: string[] = []
    connect(leg, mixer.join('caller'), { print: (line) => void lines.push(line) })
    const other = mixer.join('agent')
    for (let step = 0; step < 20; step++) {
      other.speaker.write(sine(500, { rate: 16000, ms: 20 }))
      mixer.step()
    }
    expect(lines[0]).toBe('8000 Hz → 8000→16000 Hz → mixer seat caller')
    expect(toneLevel(concat(...heard).subarray(800), 500, 8000)).toBeCloseTo(-10, 1)
  })
})

describe('the driver', () => {
  test('steps every 20 ms until its scope closes, and leaves no timer behind', async () => {
    const clock = new VirtualClock()
    const scope = new Scope()
    const mixer = new Mixer()
    const heard = ears(mixer.join('one'))
    drive(mixer, clock, scope)
    clock.advance(1000)
    expect(heard).toHaveLength(50)
    await scope.close()
    expect(clock.pending).toBe(0)
    clock.advance(1000)
    expect(heard).toHaveLength(50)
  })

  test.each([
    ['a stall of 65 ms is caught up', 65, 4],
    ['a stall of 10 s is let go but for five steps', 10_000, 7],
  ])('%s', (_, stall, steps) => {
    const virtual = new VirtualClock()
    let blocked = 0
    const clock: Clock = {
      now: () => virtual.now(),
      monotonic: () => virtual.monotonic() + blocked,
      timer: (delay, run) => virtual.timer(delay, run),
      sleep: (delay, signal) => virtual.sleep(delay, signal),
    }
    const mixer = new Mixer()
    let heard = 0
    const write = () => {
      if (heard++ === 0) blocked = stall
    }
    mixer.join('one').microphone.pipe({ rate: 16000, write, toString: () => 'slow ear' })
    drive(mixer, clock, new Scope())
    virtual.advance(20)
    expect(heard).toBe(steps)
    virtual.advance(1000)
    expect(heard).toBe(steps + 50)
  })
})
