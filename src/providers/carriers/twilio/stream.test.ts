/** The media socket: literal messages both ways, marks and clears, and nothing that throws. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamEvent, StreamInput } from '../../../spec/carrier.ts'
import { accountSid, callSid, streamSid } from './examples.ts'
import { unbase64 } from './media.ts'
import { stream } from './stream.ts'

const [connected, start, media, dtmf, stop] = readFileSync(new URL('fixtures/stream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n') as [string, string, string, string, string]

const message = (text: string): StreamInput => ({ type: 'message', message: { text } })

/** Runs inputs from the beginning; gives all events and texts. */
function play(...inputs: readonly StreamInput[]) {
  let state = stream.begin()
  const events: StreamEvent[] = []
  const texts: string[] = []
  for (const input of inputs) {
    const done = stream.step(state, input)
    state = done.state
    events.push(...done.events)
    for (const one of done.messages) if ('text' in one) texts.push(one.text)
  }
  return { state, events, texts }
}

const opened = [message(connected), message(start)]
const after = (...inputs: readonly StreamInput[]) => play(...opened, ...inputs).events.slice(1)
const echo = (name: string) =>
  message(`{"event":"mark","sequenceNumber":"12","streamSid":"${streamSid}","mark":{"name":"${name}"}}`)

describe('from Twilio', () => {
  test('connected and start open the stream', () => {
    expect(play(...opened).events).toEqual([
      {
        type: 'started',
        ref: callSid,
        streamRef: streamSid,
        account: accountSid,
        parameters: { call: 'call_1' },
        data: { stream_id: streamSid, call_id: callSid, account_sid: accountSid, body: { call: 'call_1' } },
        format: { encoding: 'pcmu', rate: 8000, frameMs: 20, leadMs: 400 },
      },
    ])
  })

  test('a token among the parameters is handed on', () => {
    const text = start.replace('{"call":"call_1"}', '{"token":"t","n":1}')
    expect(play(message(text)).events).toMatchObject([{ type: 'started', token: 't', parameters: { token: 't' } }])
  })

  test('media is audio, counted by its chunk', () => {
    expect(after(message(media))).toEqual([
      { type: 'audio', payload: Buffer.from([0xff, 0xff]), sequence: 1, timestampMs: 20 },
    ])
  })

  test('media spelled otherwise is the same audio', () => {
    const spelled = JSON.stringify(JSON.parse(media), null, 1)
    expect(after(message(spelled))).toEqual(after(message(media)))
    const bare = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"//8="}}`
    expect(after(message(bare))).toEqual([{ type: 'audio', payload: Buffer.from([0xff, 0xff]) }])
  })

  test('a pressed key', () => {
    expect(after(message(dtmf), message(dtmf.replace('"digit":"1"', '"digit":"d"')))).toEqual([
      { type: 'digit', digit: '1' },
      { type: 'digit', digit: 'D' },
    ])
  })

  test('stop, and nothing after it', () => {
    expect(
      after(message(stop), message(media), message(stop), message(start), { type: 'audio', payload: Buffer.of(1) }),
    ).toEqual([
      { type: 'stopped' },
      { type: 'ignored', why: 'message after stop' },
      { type: 'ignored', why: 'message after stop' },
      { type: 'ignored', why: 'second start' },
      { type: 'ignored', why: 'audio while no stream is open' },
    ])
  })

  test.each([
    ['{', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    [media.slice(0, -1), 'not a JSON object'],
    [`${media}}`, 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"event":"new"}', 'message of another stream'],
    [`{"event":"new","streamSid":"${streamSid}"}`, 'unknown event'],
    [`{"streamSid":"${streamSid}"}`, 'unknown event'],
    [media.replace(streamSid, `MZ${'0'.repeat(32)}`), 'message of another stream'],
    [media.replace('inbound', 'outbound'), 'outbound track'],
    [media.replace('//8=', '/"8='), 'not a JSON object'],
    [media.replace('//8=', '/*8='), 'media without base64 payload'],
    [media.replace('//8=', ''), 'media without base64 payload'],
    [media.replace('"//8="', '7'), 'media without base64 payload'],
    [media.replace(/"media":\{.*\}/, '"media":"x"}'), 'media without details'],
    [dtmf.replace('"digit":"1"', '"digit":"12"'), 'unknown digit'],
    [dtmf.replace('"digit":"1"', '"digit":1'), 'unknown digit'],
  ])('%s is ignored', (text, why) => expect(after(message(text))).toEqual([{ type: 'ignored', why }]))

  test.each([
    [media, 'message before start'],
    [start.replaceAll(streamSid, 'MZ1'), 'start without a stream id'],
    [start.replace(callSid, '../x'), 'start without a call id'],
    [start.replace('audio/x-mulaw', 'audio/x-l16'), 'start with a format other than 8 kHz mu-law'],
    [start.replace('8000', '16000'), 'start with a format other than 8 kHz mu-law'],
    [`{"event":"start","streamSid":"${streamSid}","start":[]}`, 'start without details'],
  ])('before the start %s is ignored', (text, why) =>
    expect(play(message(text)).events).toEqual([{ type: 'ignored', why }]),
  )

  test('a binary message is ignored', () => {
    const events = after({ type: 'message', message: { binary: Buffer.of(1, 2) } })
    expect(events).toEqual([{ type: 'ignored', why: 'binary message' }])
  })

  test('recognises its own first message only', () => {
    expect(stream.recognise({ text: connected })).toBe(true)
    expect(stream.recognise({ text: start })).toBe(true)
    for (const other of ['{"event":"connected","version":"1.0.0"}', '{"event":"start"}', '', 'ANSWER'])
      expect(stream.recognise({ text: other })).toBe(false)
    expect(stream.recognise({ binary: Buffer.from(connected) })).toBe(false)
  })
})

describe('to Twilio', () => {
  test('audio, mark and clear, literally', () => {
    const { texts } = play(
      ...opened,
      { type: 'audio', payload: Buffer.from([0xff, 0x7f]) },
      { type: 'mark', name: 'utt-"1"' },
      { type: 'clear' },
    )
    expect(texts).toEqual([
      `{"event":"media","streamSid":"${streamSid}","media":{"payload":"/38="}}`,
      `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"utt-\\"1\\""}}`,
      `{"event":"clear","streamSid":"${streamSid}"}`,
    ])
  })

  test('orders before the start send nothing', () => {
    expect(
      play({ type: 'audio', payload: Buffer.of(1) }, { type: 'clear' }, { type: 'mark', name: 'm' }).texts,
    ).toEqual([])
  })

  test('no audio, no message; closing has no words', () => {
    expect(play(...opened, { type: 'audio', payload: new Uint8Array() }, { type: 'close' }).texts).toEqual([])
  })

  test('a view into a larger buffer sends its own bytes only', () => {
    const payload = Uint8Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(play(...opened, { type: 'audio', payload }).texts[0]).toContain(
      `"payload":"${Buffer.of(2, 3).toString('base64')}"`,
    )
  })
})

describe('marks', () => {
  const mark = (name: string): StreamInput => ({ type: 'mark', name })
  const clear: StreamInput = { type: 'clear' }

  test('echoed in order: everything before them was heard', () => {
    expect(after(mark('a'), mark('b'), echo('a'), echo('b'))).toEqual([
      { type: 'mark', name: 'a', cleared: false },
      { type: 'mark', name: 'b', cleared: false },
    ])
  })

  test('echoed by a clear: dropped, unless sent after it', () => {
    expect(after(mark('a'), mark('b'), echo('a'), clear, mark('c'), echo('b'), echo('c'))).toEqual([
      { type: 'mark', name: 'a', cleared: false },
      { type: 'mark', name: 'b', cleared: true },
      { type: 'mark', name: 'c', cleared: false },
    ])
  })

  test('a name used again after a clear: the older one comes back first', () => {
    expect(after(mark('a'), clear, mark('a'), echo('a'), echo('a'))).toEqual([
      { type: 'mark', name: 'a', cleared: true },
      { type: 'mark', name: 'a', cleared: false },
    ])
  })

  test('an echo of nothing is ignored', () => {
    expect(after(mark('a'), echo('a'), echo('a')).at(-1)).toEqual({ type: 'ignored', why: 'mark that was not sent' })
  })

  test('marks that never come back do not pile up', () => {
    const events = after(...Array.from({ length: 600 }, (_, index) => mark(`m${index}`)), echo('m0'), echo('m599'))
    expect(events).toHaveLength(600 - 512 + 2)
    expect(events.slice(-2)).toEqual([
      { type: 'ignored', why: 'mark that was not sent' },
      { type: 'mark', name: 'm599', cleared: false },
    ])
  })

  test('an old state stays what it was', () => {
    const before = play(...opened).state
    const copy = structuredClone(before)
    stream.step(before, mark('a'))
    stream.step(before, clear)
    expect(before).toEqual(copy)
  })
})

describe('the short way of sound', () => {
  const { state } = play(...opened)
  const sound = stream.sound!

  test('agrees with the JSON parser on any payload and any damage', () => {
    const damage = fc.tuple(fc.nat(media.length + 200), fc.nat(3), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(damage), (bytes, broken) => {
        let text = media.replace('//8=', Buffer.from(bytes).toString('base64'))
        if (broken) text = text.slice(0, broken[0]) + broken[2] + text.slice(broken[0] + broken[1])
        const heard = sound.read(state, Buffer.from(text))
        if (heard)
          expect([{ ...heard, payload: Buffer.from(heard.payload) }]).toEqual(stream.step(state, message(text)).events)
        else expect(bytes.length === 0 || broken !== null).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('leaves what is not exactly as Twilio writes it to the parser', () => {
    const spelled = [JSON.stringify(JSON.parse(media), null, 1), dtmf, stop, media.slice(0, 40), '', `${media} `]
    for (const text of [...spelled, media.replace(streamSid, `MZ${'0'.repeat(32)}`)])
      expect(sound.read(state, Buffer.from(text))).toBeUndefined()
    expect(sound.read(stream.begin(), Buffer.from(media))).toBeUndefined()
  })

  test('writes the same message, frame after frame, and leaves other lengths to the step', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 160, maxLength: 160 }), (payload) => {
        const { messages } = stream.step(state, { type: 'audio', payload })
        expect([{ text: Buffer.from(sound.write(state, payload)!).toString() }]).toEqual(messages)
      }),
    )
    for (const length of [0, 159, 161, 320]) expect(sound.write(state, new Uint8Array(length))).toBeUndefined()
    expect(sound.write(stream.begin(), new Uint8Array(160))).toBeUndefined()
  })

  test('base64 is taken whole or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9+/"\\ =]{0,9}$/)), (text) => {
        if (unbase64(text)) expect(text).toMatch(/^[\w+/-]+={0,2}$/)
        else
          expect(text === '' || !/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
