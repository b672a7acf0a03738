import { describe, expect, test } from 'vitest'
import type { SpeakerEvent, SpeakerInput } from '../../spec/speech.ts'
import { text } from '../json-media/fields.ts'
import { refusalOf } from '../vendor/refusal.ts'
import { speakerSocket, type Heard, type SpeakerWords } from './socket.ts'
import { containerOf, samplesOf, soundOf } from './sound.ts'

interface Config {
  readonly key: string
}

/** A vendor that says in JSON what the translator is to hear. */
const words: SpeakerWords<Config> = {
  rate: () => 8000,
  atOnce: 1,
  lingers: true,
  secrets: ({ key }) => [key],
  target: () => ({ url: 'wss://vendor.test/', headers: {} }),
  speak: (_config, context, said) => [{ say: said, context }],
  cancel: (_config, context) => [{ stop: context }],
  heard: (_config, message) =>
    message['refused']
      ? [
          {
            type: 'refused',
            context: text(message, 'context'),
            refusal: refusalOf(Number(message['refused']), message),
          },
        ]
      : [message as unknown as Heard],
}

function open(own: Partial<SpeakerWords<Config>> = {}) {
  const socket = speakerSocket({ ...words, ...own })
  let state = socket.begin({ key: 'topsecret' })
  const give = (input: SpeakerInput) => {
    const step = socket.step(state, input)
    state = step.state
    return {
      events: step.events,
      sent: step.messages.map((message) => ('text' in message ? (JSON.parse(message.text) as unknown) : message)),
    }
  }
  const hear = (message: object | Uint8Array) =>
    give({
      type: 'message',
      message: message instanceof Uint8Array ? { binary: message } : { text: JSON.stringify(message) },
    })
  const speak = (context: string, said = context) => give({ type: 'speak', context, text: said })
  const cancel = (context: string) => give({ type: 'cancel', context })
  return { give, hear, speak, cancel }
}

const samples = (events: readonly SpeakerEvent[]) =>
  events.flatMap((event) => (event.type === 'audio' ? [...event.pcm] : []))
const spoken = { type: 'spoken' }
const sound = Uint8Array.of(1, 0, 2, 0)

describe('one at a time', () => {
  test('the next sentence waits for the end of the one before', () => {
    const { speak, hear } = open()
    expect(speak('a').sent).toEqual([{ say: 'a', context: 'a' }])
    expect(speak('b').sent).toEqual([])
    const ended = hear(spoken)
    expect(ended.sent).toEqual([{ say: 'b', context: 'b' }])
    expect(ended.events).toEqual([
      { type: 'spoken', context: 'a' },
      { type: 'usage', usage: { characters: 1 } },
    ])
  })

  test('called off, it is told once, its late sound is dropped, and the next waits until it is gone', () => {
    const { speak, hear, cancel } = open()
    speak('a')
    expect(samples(hear(sound).events)).toEqual([1, 2])
    expect(cancel('a').sent).toEqual([{ stop: 'a' }])
    expect(cancel('a').sent).toEqual([])
    expect(speak('b').sent).toEqual([])
    expect(hear(sound).events).toEqual([])
    expect(hear({ type: 'cleared' }).sent).toEqual([{ say: 'b', context: 'b' }])
    expect(hear({ type: 'cleared' })).toEqual({ events: [], sent: [] })
  })

  test('an end that was under way when it was cleared is not the end of the next', () => {
    const { speak, hear, cancel } = open()
    speak('a')
    cancel('a')
    hear({ type: 'cleared' })
    speak('b')
    expect(hear(spoken).events).toEqual([])
    hear(sound)
    expect(hear(spoken).events).toEqual([{ type: 'spoken', context: 'b' }])
  })

  test('an end instead of a clearing will do', () => {
    const { speak, hear, cancel } = open()
    speak('a')
    cancel('a')
    speak('b')
    expect(hear(spoken)).toMatchObject({ events: [{ type: 'usage' }], sent: [{ say: 'b' }] })
  })

  test('a vendor that never is through with what was called off is left', () => {
    const { speak, hear, cancel } = open()
    speak('a')
    speak('sent ahead')
    cancel('a')
    expect(cancel('sent ahead').events).toEqual([])
    speak('b')
    expect(cancel('b').events).toEqual([])
    speak('c')
    expect(cancel('c').events).toMatchObject([{ type: 'failed', fatal: true, code: 'vendor.failed' }])
    hear({ type: 'cleared' })
    speak('d')
    expect(cancel('d').sent).toEqual([{ stop: 'd' }])
  })

  test('what only waited is forgotten without a word to the vendor', () => {
    const { speak, hear, cancel } = open()
    speak('a')
    speak('b')
    expect(cancel('b')).toEqual({ events: [], sent: [] })
    expect(hear(spoken).sent).toEqual([])
  })
})

describe('side by side', () => {
  const named = (context: string, bytes: readonly number[]) => ({
    type: 'sound',
    context,
    base64: Buffer.from(bytes).toString('base64'),
  })

  test('as many as there is room for; each keeps its own half samples', () => {
    const { speak, hear } = open({ atOnce: 2 })
    speak('a')
    expect(speak('b').sent).toHaveLength(1)
    expect(speak('c').sent).toEqual([])
    expect(hear(named('a', [1])).events).toEqual([])
    expect(samples(hear(named('b', [5, 0, 6])).events)).toEqual([5])
    expect(samples(hear(named('a', [1, 2, 0])).events)).toEqual([257, 2])
    expect(samples(hear(named('b', [1])).events)).toEqual([262])
    expect(hear({ type: 'spoken', context: 'b' }).sent).toEqual([{ say: 'c', context: 'c' }])
    expect(hear(named('nobody', [1, 0])).events).toEqual([])
    expect(hear({ type: 'spoken', context: 'nobody' }).events).toEqual([])
  })

  test('where nothing lingers, the place of what is called off is free at once', () => {
    const { speak, cancel } = open({ lingers: false })
    speak('a')
    speak('b')
    expect(cancel('a').sent).toEqual([{ stop: 'a' }, { say: 'b', context: 'b' }])
  })
})

describe('failures', () => {
  test('one with a name is that sentence’s alone', () => {
    const { speak, hear } = open({ atOnce: 2 })
    speak('a')
    speak('b')
    const { events } = hear({ refused: 500, message: 'oops topsecret', context: 'a' })
    expect(events).toMatchObject([{ type: 'failed', context: 'a', fatal: false, code: 'vendor.failed' }])
    expect(JSON.stringify(events)).not.toContain('topsecret')
    hear(sound)
    expect(hear({ type: 'spoken', context: 'b' }).events).toHaveLength(1)
  })

  test('one without a name is that of all that are made, the rest goes on', () => {
    const { speak, hear, cancel } = open({ atOnce: 2 })
    for (const context of ['a', 'b', 'c']) speak(context)
    cancel('b')
    const { events, sent } = hear({ refused: 503, message: 'oops' })
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([{ context: 'a', fatal: false }])
    expect(sent).toEqual([{ say: 'c', context: 'c' }])
    expect(open().hear({ refused: 503 }).events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(open().hear({ refused: 503, context: 'x' }).events).toEqual([])
  })

  test('what another try does not mend ends the session', () => {
    const { speak, hear } = open()
    speak('a')
    expect(hear({ refused: 401 }).events).toMatchObject([{ code: 'vendor.credentials', fatal: true }])
  })

  test('a file instead of samples fails its sentence and calls it off', () => {
    const { speak, hear } = open()
    speak('a')
    const { events, sent } = hear(Buffer.from('RIFF....WAVEfmt '))
    expect(events).toMatchObject([{ type: 'failed', code: 'media.format', context: 'a', message: /a WAV file/ }])
    expect(sent).toEqual([{ stop: 'a' }])
  })

  test('sound that cannot be read fails its sentence', () => {
    const { speak, hear } = open()
    speak('a')
    expect(hear({ type: 'sound', base64: '%%' }).events).toMatchObject([{ type: 'failed', context: 'a' }])
  })
})

test('a sentence without a letter is spoken at once', () => {
  expect(open().speak('a', ' ')).toEqual({ events: [{ type: 'spoken', context: 'a' }], sent: [] })
})

test('samples are joined over pieces cut anywhere', () => {
  const pcm = [0, 1, -1, 32767, -32768]
  const bytes = new Uint8Array(Int16Array.from(pcm).buffer)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const head = samplesOf(bytes.subarray(0, cut))
    const tail = samplesOf(bytes.subarray(cut), head.rest)
    expect([...head.pcm, ...tail.pcm]).toEqual(pcm)
    expect(tail.rest).toBeUndefined()
  }
})

test('files are told from samples', () => {
  expect(containerOf(Buffer.from('ID3.........'))).toBe('an MP3 file')
  expect(containerOf(Uint8Array.from({ length: 20 }, () => 0))).toBeUndefined()
})

describe('an answer over HTTP', () => {
  async function read(type: string, pieces: readonly Uint8Array[]) {
    async function* body() {
      yield* pieces
    }
    const found: number[] = []
    const answer = { headers: { 'content-type': type }, body: body() }
    for await (const pcm of soundOf('Vendor', answer, 24_000)) found.push(...pcm)
    return found
  }

  test('is samples', async () => {
    expect(await read('audio/pcm', [Uint8Array.of(1), Uint8Array.of(0, 2, 0), Uint8Array.of()])).toEqual([1, 2])
    expect(await read('audio/pcm;rate=24000', [sound])).toEqual([1, 2])
  })

  test.each<[string, string, readonly Uint8Array[], string, RegExp]>([
    ['a page', 'text/html', [sound], 'media.format', /"text\/html"/],
    ['another rate', 'audio/pcm;rate=16000', [sound], 'media.format', /16000 Hz, not 24000 Hz/],
    ['a file', 'audio/pcm', [Buffer.from('RIFF....WAVE')], 'media.format', /a WAV file/],
    ['nothing', 'audio/pcm', [], 'vendor.failed', /without any sound/],
  ])('%s is refused', async (_, type, pieces, code, message) => {
    await expect(read(type, pieces)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
