import type { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as library from 'ws'
import { FrameReader } from './reader.ts'

/** Exported, but unknown to its types. */
const { Receiver } = library as unknown as { Receiver: new (options: object) => Writable }

/** What a reader made of some bytes: messages, pings, pongs, and how it ended. */
type Said = string

function ours(chunks: readonly Buffer[], maxPayload: number): readonly Said[] {
  const said: Said[] = []
  const reader = new FrameReader(maxPayload, {
    message: (data, binary) => said.push(`${binary ? 'bytes' : 'text'} ${data.toString('hex')}`),
    ping: (data) => said.push(`ping ${data.toString('hex')}`),
    pong: () => said.push('pong'),
    closed: (code, reason) => said.push(`closed ${code} ${reason}`),
    broken: (code) => said.push(`broken ${code}`),
  })
  // Copies: unmasking changes them.
  for (const chunk of chunks) reader.push(Buffer.from(chunk))
  return said
}

/** The same bytes through the `ws` package, which has been tested against every suite there is. */
async function theirs(chunks: readonly Buffer[], maxPayload: number): Promise<readonly Said[]> {
  const said: Said[] = []
  const receiver = new Receiver({ isServer: true, maxPayload, allowSynchronousEvents: true })
  receiver.on('message', (data: Buffer, binary: boolean) =>
    said.push(`${binary ? 'bytes' : 'text'} ${data.toString('hex')}`),
  )
  receiver.on('ping', (data: Buffer) => said.push(`ping ${data.toString('hex')}`))
  receiver.on('pong', () => said.push('pong'))
  receiver.on('conclude', (code: number, reason: Buffer) => said.push(`closed ${code} ${String(reason)}`))
  await new Promise<void>((resolve) => {
    receiver.on('error', (error: Error) => {
      const name = 'code' in error ? String(error.code) : ''
      const code =
        name.endsWith('LENGTH') && !name.includes('CONTROL') ? 1009 : name === 'WS_ERR_INVALID_UTF8' ? 1007 : 1002
      said.push(`broken ${code}`)
      resolve()
    })
    receiver.on('finish', resolve)
    for (const chunk of chunks) if (receiver.writable) receiver.write(Buffer.from(chunk))
    if (receiver.writable) receiver.end()
  })
  return said
}

interface Frame {
  readonly first: number
  readonly masked: boolean
  readonly mask: Uint8Array
  readonly payload: Uint8Array
  /** Writes the length longer than it must be: lawful to a lenient reader. */
  readonly wide: boolean
}

function bytesOf({ first, masked, mask, payload, wide }: Frame): Buffer {
  const { length } = payload
  const head = [first]
  const flag = masked ? 0x80 : 0
  if (length < 126 && !wide) head.push(flag | length)
  else if (length < 65_536) head.push(flag | 126, length >> 8, length & 255)
  else head.push(flag | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255)
  const body = payload.map((byte, at) => (masked ? byte ^ mask[at % 4]! : byte))
  return Buffer.from([...head, ...(masked ? mask : []), ...body])
}

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.uint8Array({ minLength: 120, maxLength: 300 }),
  fc.constantFrom(1000, 1001, 1005, 1014, 2999, 3000, 4999, 5000).map((code) => Uint8Array.of(code >> 8, code & 255)),
)

const frame: fc.Arbitrary<Frame> = fc.record({
  // Mostly lawful: data and control, whole or in fragments.
  first: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a) },
    { weight: 1, arbitrary: fc.constantFrom(0x88) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  ),
  masked: fc.oneof({ weight: 30, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  payload,
  wide: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})

/** Cuts bytes into chunks at these places, in thousandths of the whole. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = places.map((place) => Math.floor((bytes.length * place) / 1000)).toSorted((a, b) => a - b)
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length))
}

describe('the reader of frames', () => {
  test('hears of any bytes, however they are cut, what the ws package hears', async () => {
    const places = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 12 }), places, async (frames, at) => {
        const chunks = cut(Buffer.concat(frames.map(bytesOf)), at)
        expect(ours(chunks, 400)).toEqual(await theirs(chunks, 400))
      }),
      { numRuns: 2000 },
    )
  })

  test('hears the same byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 6 }), async (frames) => {
        const bytes = Buffer.concat(frames.map(bytesOf))
        const single = Array.from(bytes, (byte) => Buffer.of(byte))
        expect(ours(single, 400)).toEqual(ours([bytes], 400))
      }),
      { numRuns: 300 },
    )
  })

  const lawful = (first: number, data: string | Uint8Array) =>
    bytesOf({
      first,
      masked: true,
      mask: Uint8Array.of(1, 2, 3, 4),
      payload: new Uint8Array(Buffer.from(data)),
      wide: false,
    })

  test('hears messages of every length form', () => {
    const long = new Uint8Array(70_000).fill(7)
    const bytes = Buffer.concat([lawful(0x82, long), lawful(0x81, 'short'), lawful(0x82, long.subarray(0, 126))])
    const heard = ours(cut(bytes, [1, 300, 999]), 100_000)
    expect(heard.map((said) => said.length)).toEqual([140_006, 15, 258])
  })

  test('control frames fall between fragments', () => {
    const bytes = Buffer.concat([lawful(0x01, 'one '), lawful(0x89, 'there?'), lawful(0x00, ''), lawful(0x80, 'two')])
    expect(ours([bytes], 100)).toEqual(['ping 74686572653f', `text ${Buffer.from('one two').toString('hex')}`])
  })

  test('refuses what is too large before it comes', () => {
    expect(ours([lawful(0x82, new Uint8Array(100)).subarray(0, 4)], 100)).toEqual([])
    expect(ours([lawful(0x82, new Uint8Array(101)).subarray(0, 2)], 100)).toEqual(['broken 1009'])
    expect(ours([lawful(0x02, new Uint8Array(60)), lawful(0x80, new Uint8Array(41))], 100)).toEqual(['broken 1009'])
  })

  test('refuses a message of endless fragments', () => {
    const empty = lawful(0x00, '')
    const bytes = Buffer.concat([lawful(0x01, ''), ...Array.from({ length: 1 << 14 }, () => empty)])
    expect(ours([bytes], 100)).toEqual(['broken 1008'])
  })

  test('keeps a part of a frame without keeping more than came', () => {
    const announced = lawful(0x82, new Uint8Array(1 << 20)).subarray(0, 20)
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 200 }, () => {
      const reader = new FrameReader(2 << 20, {
        ...{ message: () => undefined, ping: () => undefined, pong: () => undefined },
        ...{ closed: () => undefined, broken: () => undefined },
      })
      reader.push(Buffer.from(announced))
      return reader
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(readers.length * 10_000)
  })
})
