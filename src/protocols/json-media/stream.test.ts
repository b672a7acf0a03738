/** The short way of sound says and hears what the parser would, and nothing else. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dialect } from './dialect.ts'
import { inner } from './fields.ts'
import { jsonMedia } from './stream.ts'

const dialect: Dialect = {
  greets: (first) => first['event'] === 'start',
  events: { start: 'start', media: 'media', cleared: 'cleared' },
  start: () => ({
    ...{ ref: 'c1', streamRef: 's-17', parameters: {} },
    format: { encoding: 'pcmu', rate: 8_000, frameMs: 20 },
  }),
  streamOf: (message) => message['streamId'],
  counted: true,
  markOf: (message) => inner(message, 'mark')['name'],
  holdAfterClear: 5,
  write: {
    audio: (payload, { streamRef }) =>
      `{"event":"play","streamId":"${streamRef}","media":{"payload":"${payload}","é":1}}`,
    clear: () => ({ event: 'clear' }),
  },
}
const media = jsonMedia(dialect)
const sound = media.sound!

const message = (text: string) => ({ type: 'message', message: { text } }) as const
const opened = media.step(media.begin(), message('{"event":"start"}')).state
const frame = (fill: number) => Buffer.alloc(160, fill)
const written = (chunk: number, fill = chunk & 0xff, stream = 's-17', track = 'inbound') =>
  `{"sequenceNumber":${chunk + 2},"event":"media","streamId":"${stream}","media":{"track":"${track}","timestamp":"17333${chunk}","chunk":${chunk},"payload":"${frame(fill).toString('base64')}"},"extra_headers":"a=1"}`
const learned = media.step(opened, message(written(1))).state
const read = (text: string, state = learned) => sound.read(state, Buffer.from(text))

describe('sound that comes', () => {
  test('is read by the parser until one has shown how it is spelled', () => {
    expect(read(written(1), media.begin())).toBeUndefined()
    expect(read(written(1), opened)).toBeUndefined()
    expect(read(written(2))).toEqual({ type: 'audio', payload: new Uint8Array(frame(2)), sequence: 2 })
  })

  test('is what the parser would say, for whatever is written alike', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(255), (chunk, fill) => {
        const [event] = media.step(learned, message(written(chunk, fill))).events
        expect(read(written(chunk, fill))).toEqual(
          event && 'payload' in event ? { ...event, payload: new Uint8Array(event.payload) } : event,
        )
      }),
    )
  })

  test.each([
    ['of another stream', written(2, 2, 's-18')],
    ['of our own voice', written(2, 2, 's-17', 'outbound')],
    ['spelled otherwise', written(2).replace('"event"', ' "event"')],
    ['with another end', written(2).replace('a=1', 'a=2')],
    ['cut short', written(2).slice(0, -9)],
    ['with a quote in it', written(2).replace('AgICAgIC', 'AgI","b":"')],
    ['without a number', written(2).replace('"chunk":2', '"chunk":""')],
    ['with nothing in it', written(2).replace(/"payload":"[^"]+"/, '"payload":""')],
    ['empty', ''],
  ])('%s is left to the parser', (_name, text) => expect(read(text)).toBeUndefined())

  test('any damage gives what the parser gives, or is left to it', () => {
    fc.assert(
      fc.property(fc.nat(330), fc.nat(3), fc.string({ maxLength: 3 }), (at, cut, put) => {
        const text = written(7).slice(0, at) + put + written(7).slice(at + cut)
        const short = read(text)
        if (!short) return
        const [event] = media.step(learned, message(text)).events
        expect(event).toMatchObject({
          type: 'audio',
          ...(short.sequence === undefined ? {} : { sequence: short.sequence }),
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('sound that goes', () => {
  const said = (state: unknown, payload: Uint8Array) => {
    const text = sound.write(state, payload)
    return text && Buffer.from(text).toString()
  }

  test('is written as the step writes it', () => {
    for (const fill of [0, 7, 255]) {
      const [step] = media.step(opened, { type: 'audio', payload: frame(fill) }).messages
      expect(said(opened, frame(fill))).toBe(step && 'text' in step ? step.text : '')
    }
  })

  test('of another length, before the start, or held by a clear is left to the step', () => {
    expect(said(opened, Buffer.alloc(80))).toBeUndefined()
    expect(said(media.begin(), frame(1))).toBeUndefined()
    const cleared = media.step(opened, { type: 'clear' }).state
    expect(said(cleared, frame(1))).toBeUndefined()
    expect(said(media.step(cleared, message('{"event":"cleared"}')).state, frame(1))).toBeTypeOf('string')
  })
})
