import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import type { StreamFormat } from '../spec/audio.ts'
import type { Stream, WireMessage } from '../spec/carrier.ts'
import { silentSocket } from './cast.ts'
import { liveInputs } from './inputs.ts'
import { openLeg } from './leg.ts'

const format: StreamFormat = { encoding: 'l16le', rate: 8_000, frameMs: 20, leadMs: 400 }

/** A line that says every order as it is given. */
function line(clears?: boolean) {
  const clock = new VirtualClock()
  const sent: WireMessage[] = []
  const stream: Stream = {
    ...{ formats: [format], marks: false, recognise: () => true, begin: () => undefined },
    ...(clears === undefined ? {} : { clears }),
    step: (state, input) => ({
      state,
      events: [],
      messages: input.type === 'audio' ? [{ binary: input.payload }] : [{ text: input.type }],
    }),
  }
  const nothing = () => undefined
  const leg = openLeg({
    ...{ socket: silentSocket((message) => void sent.push(message)), stream, state: undefined, format },
    ...{ streamRef: 's', inputs: liveInputs(clock, seededIds('leg')), pace: clock, logger: silentLogger, taps: {} },
    ...{ onDigit: nothing, onStopped: nothing, onLost: nothing, count: nothing },
  })
  const frames = () => sent.filter((message) => 'binary' in message).length
  const texts = () => sent.flatMap((message) => ('text' in message ? [message.text] : []))
  return { clock, leg, frames, texts }
}

describe('a carrier that can take sound back', () => {
  test('is sent it ahead, and told to drop it', () => {
    const { clock, leg, frames, texts } = line()
    leg.speaker.write(new Int16Array(8_000))
    expect(frames()).toBeGreaterThanOrEqual(19)
    clock.advance(100)
    expect(leg.speaker.clear().heardMs).toBeLessThan(160)
    expect(texts()).toEqual(['clear'])
  })
})

describe('a carrier that cannot', () => {
  test('is sent little ahead, and what it has counts as heard', () => {
    const { clock, leg, frames, texts } = line(false)
    leg.speaker.write(new Int16Array(8_000))
    expect(frames()).toBeLessThanOrEqual(2)
    clock.advance(500)
    expect(frames() * 20).toBeLessThanOrEqual(540)
    expect(leg.speaker.clear().heardMs).toBe(frames() * 20)
    clock.advance(500)
    expect(frames() * 20).toBeLessThanOrEqual(540)
    expect(texts()).toEqual([])
  })
})
