import { describe, expect, test } from 'vitest'
import { openers } from '../../test/conformance/openings.ts'
import { carriers } from '../providers/index.ts'
import type { WireMessage } from '../spec/carrier.ts'
import { recognise } from './recognise.ts'

const noise: readonly WireMessage[] = [
  { text: '{"event":' },
  { text: '' },
  { text: '[]' },
  { text: '{"event":"hello"}' },
  { binary: new Uint8Array([1, 2, 3]) },
]

describe.each(openers)('$carrier', ({ carrier, opening, ref, media, data }) => {
  const first = opening({ ref })
  const named = (messages: readonly WireMessage[]) => recognise(carriers, messages).map((one) => one.carrier.name)

  test('is known by its start message alone, and by nobody else’s name', () => {
    expect(named(first)).toEqual([carrier])
    expect(named(first.slice(-1))).toEqual([carrier])
  })

  test('is known whichever message comes first', () => expect(named(first.toReversed())).toEqual([carrier]))

  test('is not known by its greeting: others greet alike', () => {
    if (first.length > 1) expect(named(first.slice(0, 1))).toEqual([])
  })

  test('is known among what nobody understands', () => {
    const messages = [...noise, ...first, ...noise]
    const [found] = recognise(carriers, messages)
    expect(found?.before).toEqual(first)
    expect(found?.later).toEqual([...noise, ...noise])
  })

  test('hands on the sound that was faster than the start', () => {
    const frames = [0, 1, 2].map(media)
    const [found] = recognise(carriers, [...frames.slice(0, 2), ...first, ...frames.slice(2)])
    let state = found!.state
    const heard = found!.later.flatMap((message) => {
      const step = found!.stream.step(state, { type: 'message', message })
      state = step.state
      return step.events.flatMap((event) => (event.type === 'audio' ? [Buffer.from(event.payload)[0]] : []))
    })
    expect(heard).toEqual([1, 2, 3])
  })

  test('says of the call what it knows, in its own words', () => {
    const [found] = recognise(carriers, first)
    expect(found?.started.data).toEqual(data)
  })

  test('asked twice, the answer is the same', () =>
    expect(recognise(carriers, first)).toEqual(recognise(carriers, first)))
})

test('what nobody opens a stream with is nobody’s', () => expect(recognise(carriers, noise)).toEqual([]))

test('a carrier that listens for itself is not looked for', () => {
  const [webrtc] = carriers.filter(({ listen }) => listen)
  expect(webrtc).toBeDefined()
  for (const { opening, ref } of openers) expect(recognise([webrtc!], opening({ ref }))).toEqual([])
})
