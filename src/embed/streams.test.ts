import { describe, expect, test } from 'vitest'
import { openers } from '../../test/conformance/openings.ts'
import type { WireMessage } from '../spec/carrier.ts'
import { recogniseTransport } from './streams.ts'

const raw = (messages: readonly WireMessage[]) =>
  messages.map((message) => ('text' in message ? message.text : message.binary))

describe.each(openers)('$carrier', ({ carrier, opening, ref, data, media }) => {
  const messages = raw(opening({ ref }))

  test('is recognised, with what it says of the call', () => {
    expect(recogniseTransport(messages)).toMatchObject({ carrier, data, call: { ref } })
    expect(recogniseTransport(messages.toReversed())).toEqual(recogniseTransport(messages))
  })

  test('is recognised by texts that come as bytes', () =>
    expect(recogniseTransport(messages.map((one) => Buffer.from(one)))).toEqual(recogniseTransport(messages)))

  test('is not recognised too early', () => {
    expect(recogniseTransport([])).toBeUndefined()
    expect(recogniseTransport(['{"broken', ...raw([media(0)])])).toBeUndefined()
  })
})

test('Telnyx’s call has both of its ids', () => {
  const telnyx = openers.find(({ carrier }) => carrier === 'telnyx')!
  const found = recogniseTransport(raw(telnyx.opening({ ref: 'v3:1' })))
  // The carrier tells the compiler what its data holds.
  const ids = found?.carrier === 'telnyx' ? [found.data.call_id, found.data.call_control_id] : []
  expect(ids).toEqual(['v3:1', 'v3:1'])
})

test('parties that the start message does not name may be parameters', () => {
  const twilio = openers.find(({ carrier }) => carrier === 'twilio')!
  const messages = raw(twilio.opening({ ref: twilio.ref, from: '+15551230001', to: '+15551230002' }))
  expect(recogniseTransport(messages)?.call).toMatchObject({ from: '+15551230001', to: '+15551230002' })
})
