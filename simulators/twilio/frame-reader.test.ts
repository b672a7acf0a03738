import { expect, test } from 'vitest'
import { readAppMessage } from './frame-reader.ts'

const sid = 'MZ0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const media = (payload: unknown, more = {}) => ({ event: 'media', streamSid: sid, media: { payload, ...more } })

test('reads media, mark and clear', () => {
  expect(readAppMessage(JSON.stringify(media('//8=')), sid)).toEqual({ type: 'media', bytes: Buffer.from([255, 255]) })
  expect(readAppMessage(JSON.stringify({ event: 'mark', streamSid: sid, mark: { name: 'utt-17' } }), sid)).toEqual({
    type: 'mark',
    name: 'utt-17',
  })
  expect(readAppMessage(JSON.stringify({ event: 'clear', streamSid: sid }), sid)).toEqual({ type: 'clear' })
})

test.each([
  ['no JSON', '{"event":', 'not JSON'],
  ['an array', '[]', 'no JSON object'],
  ['null', 'null', 'no JSON object'],
  ['another stream', { ...media('//8='), streamSid: 'MZ1' }, 'is not the one'],
  ['no stream', { event: 'clear' }, 'is not the one'],
  ['an unknown event', { event: 'dtmf', streamSid: sid }, 'unknown'],
  ['an event of the other direction', { event: 'start', streamSid: sid }, 'unknown'],
  ['no event', { streamSid: sid }, 'unknown'],
  ['media without media', { event: 'media', streamSid: sid }, 'media is missing'],
  ['media that is text', { event: 'media', streamSid: sid, media: '//8=' }, 'media is no object'],
  ['an extra field', { ...media('//8='), sequenceNumber: '1' }, 'not of the protocol'],
  ['an extra field inside', media('//8=', { track: 'outbound' }), 'not of the protocol'],
  ['bytes as numbers', media([255, 255]), 'no base64'],
  ['base64 without its padding', media('//8'), 'no base64'],
  ['base64url', media('__8='), 'no base64'],
  ['base64 with a line break', media('//\n8=AA='), 'no base64'],
  ['other text', media('hello, world'), 'no base64'],
  ['a mark without name', { event: 'mark', streamSid: sid, mark: {} }, 'name is missing'],
  ['a mark with a number', { event: 'mark', streamSid: sid, mark: { name: 7 } }, 'no string'],
])('%s is not of the protocol', (_, message, why) => {
  const result = readAppMessage(typeof message === 'string' ? message : JSON.stringify(message), sid)
  expect(result).toEqual({ type: 'invalid', why: expect.stringContaining(why) })
})
