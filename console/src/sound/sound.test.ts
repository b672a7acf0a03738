import { describe, expect, test } from 'vitest'
import { floor, levelOf, shareOf } from './level.ts'
import { peaksOf } from './peaks.ts'
import { SoundQueue } from './queue.ts'
import { stereoReader } from './stereo.ts'
import { base64Of, toSamples, wavOf } from './wav.ts'

describe('a WAV', () => {
  test('byte for byte', () => {
    const bytes = wavOf(new Int16Array([0, 1, -1, 32767]), 16_000)
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '524946462c00000057415645666d74201000000001000100803e0000007d000002001000646174610800000000000100ffffff7f',
    )
  })
  test('floats are clipped, not wrapped', () => {
    expect([...toSamples(new Float32Array([0, 1, -1, 2, -2, 0.5]))]).toEqual([0, 32767, -32768, 32767, -32768, 16384])
  })
  test('base64 of more than one piece', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i % 251)
    expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})

describe('stereo', () => {
  const bytes = new Uint8Array(new Int16Array([16384, -16384, 8192, -8192, 0, 32767]).buffer)
  const whole = { left: [0.5, 0.25, 0], right: [-0.5, -0.25, 32767 / 32768] }
  test.each([1, 2, 3, 5, 12])('is the same in pieces of %i bytes', (size) => {
    const read = stereoReader()
    const left: number[] = []
    const right: number[] = []
    for (let at = 0; at < bytes.length; at += size) {
      const piece = read(bytes.subarray(at, at + size))
      left.push(...piece.left)
      right.push(...piece.right)
    }
    expect({ left, right }).toEqual(whole)
  })
})

describe('the queue', () => {
  const ramp = (length: number, from = 0) => Float32Array.from({ length }, (_, i) => from + i)
  const read = (queue: SoundQueue, length: number) => {
    const out = new Float32Array(length)
    queue.read(out)
    return [...out]
  }

  test('waits for its lead, then plays in order', () => {
    const queue = new SoundQueue({ from: 1000, to: 1000, lead: 4, most: 100 })
    queue.write(ramp(3))
    expect(read(queue, 2)).toEqual([0, 0])
    queue.write(ramp(3, 3))
    expect(read(queue, 5)).toEqual([0, 1, 2, 3, 4])
  })
  test('falls silent when dry and waits for the lead again', () => {
    const queue = new SoundQueue({ from: 1000, to: 1000, lead: 2, most: 100 })
    queue.write(ramp(3, 1))
    expect(read(queue, 4)).toEqual([1, 2, 0, 0])
    expect(queue.playing).toBe(false)
    queue.write(ramp(1, 4))
    expect(read(queue, 1)).toEqual([3])
  })
  test('changes the rate by straight lines', () => {
    const queue = new SoundQueue({ from: 1000, to: 2000, lead: 2, most: 100 })
    queue.write(ramp(4))
    expect(read(queue, 5)).toEqual([0, 0.5, 1, 1.5, 2])
  })
  test('drops the oldest when it is late, and counts it', () => {
    const queue = new SoundQueue({ from: 1000, to: 1000, lead: 4, most: 10 })
    queue.write(ramp(11))
    expect(queue.dropped).toBe(7)
    expect(read(queue, 2)).toEqual([7, 8])
  })
})

test('levels: a full square is 0 dBFS, nothing is the floor', () => {
  expect(levelOf(new Float32Array([1, -1, 1]))).toBe(0)
  expect(levelOf(new Float32Array([0.1, -0.1]))).toBeCloseTo(-20)
  expect(levelOf(new Float32Array(8))).toBe(floor)
  expect(levelOf(new Float32Array(0))).toBe(floor)
  expect([shareOf(-100), shareOf(-55), shareOf(-32.5), shareOf(-10), shareOf(0)]).toEqual([0, 0, 0.5, 1, 1])
})

test('peaks: the loudest of each stretch, none lost, none louder than full', () => {
  expect(peaksOf(new Float32Array([0, -0.5, 0.25, 0, 2, 0]), 3)).toEqual([0.5, 0.25, 1])
  expect(peaksOf(new Float32Array([0.5]), 10)).toEqual([0.5])
  expect(peaksOf(new Float32Array(0), 10)).toEqual([])
})
