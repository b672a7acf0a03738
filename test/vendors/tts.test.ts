/** Voices as the engine opens them, against their vendors' simulators. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SpeakerOptions, SpeakerServer } from '../../simulators/tts/booth.ts'
import { startCartesiaTts } from '../../simulators/tts/cartesia/simulator.ts'
import { startDeepgramTts } from '../../simulators/tts/deepgram/simulator.ts'
import { startElevenlabsTts } from '../../simulators/tts/elevenlabs/simulator.ts'
import { startOpenaiTts } from '../../simulators/tts/openai/simulator.ts'
import { startRimeTts } from '../../simulators/tts/rime/simulator.ts'
import { openSocketSpeaker } from '../../src/conversation/pipeline/socket-speaker.ts'
import { realClock } from '../../src/lib/clock.ts'
import { cartesiaSpeaker } from '../../src/providers/tts/cartesia/cartesia.ts'
import { deepgramSpeaker } from '../../src/providers/tts/deepgram/deepgram.ts'
import { elevenlabsSpeaker } from '../../src/providers/tts/elevenlabs/elevenlabs.ts'
import { elevenlabsHttpSpeaker } from '../../src/providers/tts/elevenlabs/http.ts'
import { openaiSpeaker } from '../../src/providers/tts/openai/openai.ts'
import { rimeSpeaker } from '../../src/providers/tts/rime/rime.ts'
import type { Speaker, SpeakerSpec } from '../../src/spec/speech.ts'
import { realNeeds, type Needs } from '../conformance/parts/engine.ts'
import { speakerLive } from '../conformance/tts-live.ts'

interface Vendor {
  readonly name: string
  readonly spec: SpeakerSpec
  start(options: SpeakerOptions): Promise<SpeakerServer>
  address(server: SpeakerServer): Readonly<Record<string, unknown>>
  /** A rate other than the usual one; undefined where there is no choice. */
  readonly rate?: number
  /** It finishes what it began. */
  readonly stubborn?: true
}

const vendors: readonly Vendor[] = [
  {
    name: 'elevenlabs',
    spec: elevenlabsSpeaker,
    start: startElevenlabsTts,
    address: ({ socketUrl }) => ({ baseUrl: socketUrl, speed: 1.1 }),
    rate: 16_000,
    stubborn: true,
  },
  {
    name: 'elevenlabs-http',
    spec: elevenlabsHttpSpeaker,
    start: startElevenlabsTts,
    address: ({ url }) => ({ baseUrl: url, stability: 0.5, language: 'en' }),
    rate: 24_000,
  },
  {
    name: 'cartesia',
    spec: cartesiaSpeaker,
    start: startCartesiaTts,
    address: ({ socketUrl }) => ({ baseUrl: socketUrl, speed: 1.1, emotion: 'calm' }),
    rate: 16_000,
  },
  { name: 'openai', spec: openaiSpeaker, start: startOpenaiTts, address: ({ url }) => ({ baseUrl: `${url}/v1` }) },
  {
    name: 'deepgram aura',
    spec: deepgramSpeaker,
    start: startDeepgramTts,
    address: ({ socketUrl }) => ({ baseUrl: socketUrl, speed: 1.1 }),
    rate: 24_000,
  },
  {
    name: 'deepgram flux',
    spec: deepgramSpeaker,
    start: startDeepgramTts,
    address: ({ socketUrl }) => ({ baseUrl: socketUrl, model: 'flux-haley-en' }),
    rate: 16_000,
  },
  {
    name: 'rime',
    spec: rimeSpeaker,
    start: startRimeTts,
    address: ({ socketUrl }) => ({ baseUrl: socketUrl, language: 'eng' }),
    rate: 16_000,
    stubborn: true,
  },
]

const key = 'simulated-key-0123456789'

for (const { name, spec, start, address, stubborn } of vendors) {
  speakerLive(name, {
    spec,
    async start(scope) {
      const server = await start({ scope, clock: realClock, key })
      return {
        settings: { ...address(server), key },
        foreign: { ...address(server), key: 'another-key-0123456789' },
        spoken: server.spoken,
        slow: (ms) => server.slow(ms),
        get cancelled() {
          return stubborn ? undefined : server.cancelled
        },
        get open() {
          return server.connections.size
        },
        ...('socket' in spec && { cut: () => server.connections.forEach((connection) => connection.cut()) }),
      }
    },
  })
}

/** The share of a sound's energy that is this tone (Goertzel). */
function toneShare(pcm: Int16Array, hertz: number, rate: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let before = 0
  let last = 0
  let total = 0
  for (const sample of pcm) {
    const next = sample + turn * last - before
    before = last
    last = next
    total += sample * sample
  }
  return (2 * (before * before + last * last - turn * before * last)) / (total * pcm.length)
}

describe.each(vendors)('$name, as strict as its simulator is', ({ spec, start, address, rate }) => {
  let needs: Needs
  let server: SpeakerServer
  beforeEach(async () => {
    needs = realNeeds()
    server = await start({ scope: needs.scope, clock: realClock, key, hertz: 1000 })
  })
  afterEach(() => needs.scope.close())

  async function open(settings: object = {}): Promise<Speaker> {
    const config = spec.settings.parse({ ...address(server), key, ...settings })
    if (!('socket' in spec)) return spec.open(config, needs.host)
    return openSocketSpeaker({ ...needs, secrets: [key], spec, config, used: () => undefined })
  }

  async function say(speaker: Speaker, text: string): Promise<Int16Array> {
    const pieces: Int16Array[] = []
    for await (const pcm of speaker.speak(text, new AbortController().signal)) pieces.push(pcm)
    return Int16Array.from(pieces.flatMap((piece) => [...piece]))
  }

  test.each([undefined, rate])('every sample comes, in its order, at the rate of %s', async (wanted) => {
    await using speaker = await open(wanted === undefined ? {} : { rate: wanted })
    const text = 'Forty letters make two seconds of a tone.'
    const pcm = await say(speaker, text)
    expect(pcm.length / speaker.rate).toBeCloseTo(text.length * 0.05, 3)
    expect(toneShare(pcm, 1000, speaker.rate)).toBeGreaterThan(0.99)
  })

  test('many sentences at once come each whole, though the vendor has room for few', async () => {
    await using speaker = await open()
    const texts = Array.from({ length: 8 }, (_, at) => `Sentence number ${at}${'!'.repeat(at)}`)
    const sounds = await Promise.all(texts.map((text) => say(speaker, text)))
    expect(sounds.map((pcm) => Math.round((pcm.length * 1000) / speaker.rate))).toEqual(
      texts.map((text) => text.length * 50),
    )
    expect(server.log.filter(({ text }) => /"type":"[Ee]rror"|"error"/.test(text))).toEqual([])
  })

  test('one interruption after another leaves the vendor’s limits alone', async () => {
    await using speaker = await open()
    server.slow(200)
    for (let turn = 0; turn < 8; turn++) {
      const abort = new AbortController()
      const speaking = (async () => {
        for await (const _ of speaker.speak(`Turn ${turn} goes on and on.`, abort.signal))
          abort.abort(new Error('stop'))
      })()
      await expect(speaking).rejects.toThrow('stop')
    }
    server.slow(0)
    expect((await say(speaker, 'Finally.')).length).toBeGreaterThan(0)
    const fails = server.log.filter(({ from, text }) => from === 'vendor' && /"type":"[Ee]rror"|"error"/.test(text))
    expect(fails).toEqual([])
  })

  // Deepgram's voices are models, and its simulator knows them all.
  test.runIf(spec.name !== 'deepgram')('a voice or a model that there is not is told', async () => {
    const trying = async () => {
      await using speaker = await open(spec.name === 'openai' ? { model: 'no-such-model' } : { voice: 'no-such-voice' })
      return await say(speaker, 'Hello.')
    }
    await expect(trying()).rejects.toMatchObject({
      code: expect.stringMatching(/^(settings\.invalid|vendor\.refused)$/),
    })
  })

  test('what breaks off in the middle fails its sentence, and the next is spoken', async () => {
    await using speaker = await open()
    server.faults.drop = { after: 3, times: 1 }
    // A socket draws its faults when it opens.
    if ('socket' in spec) for (const connection of server.connections) connection.cut()
    const outcomes: string[] = []
    for (const text of ['The first of some sentences.', 'The second of some.', 'The third.', 'The fourth.']) {
      outcomes.push(
        await say(speaker, text).then(
          () => 'spoken',
          () => 'failed',
        ),
      )
    }
    expect(outcomes).toContain('failed')
    expect(outcomes.at(-1)).toBe('spoken')
  })
})
