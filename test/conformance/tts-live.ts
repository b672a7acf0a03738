/** A speaker as the engine opens it, against its vendor's simulator: `speakerLive(name, fixture)`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocketSpeaker } from '../../src/conversation/pipeline/socket-speaker.ts'
import { secretsOf } from '../../src/spec/provider.ts'
import type { Speaker, SpeakerSpec } from '../../src/spec/speech.ts'
import { realNeeds, until, type Needs } from './parts/engine.ts'
import { expectNoSecret } from './parts/steps.ts'

type Settings = Readonly<Record<string, unknown>>

export interface SpeakerLiveFixture {
  readonly spec: SpeakerSpec
  /** Starts the simulator in this scope. */
  start(scope: Needs['scope']): Promise<SpeakerSimulator>
}

export interface SpeakerSimulator {
  /** Settings that reach it, with a key that it knows. */
  readonly settings: Settings
  /** The same with a key that it does not know. */
  readonly foreign: Settings
  /** Texts it was asked to speak so far. */
  readonly spoken: readonly string[]
  /** Makes it slow: it sends the sound of a sentence over at least this many ms; 0 switches that off. */
  slow(ms: number): void
  /** Sentences that were called off, or whose request was dropped. Not for vendors that finish what they began, come what may. */
  readonly cancelled?: number | undefined
  /** Cuts every connection. Not for vendors without sockets. */
  cut?(): void
  /** Connections that are open now. Not for vendors without sockets. */
  readonly open?: number
}

export function speakerLive(name: string, fixture: SpeakerLiveFixture): void {
  const { spec } = fixture
  let needs: Needs
  let simulator: SpeakerSimulator
  beforeAll(async () => {
    needs = realNeeds()
    simulator = await fixture.start(needs.scope)
  })
  afterAll(() => needs.scope.close())
  const secrets = () =>
    secretsOf(spec.settings).flatMap((field) => [
      String(simulator.settings[field] ?? 'none'),
      String(simulator.foreign[field] ?? 'none'),
    ])
  const open = async (settings: Settings = simulator.settings): Promise<Speaker> => {
    const config = spec.settings.parse(settings)
    if ('socket' in spec)
      return openSocketSpeaker({ ...needs, secrets: secrets(), spec, config, used: () => undefined })
    return spec.open(config, needs.host)
  }

  describe(`${name} against its simulator`, () => {
    test('speaks sentences, one after another and at once', async () => {
      await using speaker = await open()
      expect(await soundMs(speaker, 'Hello there, this is the first one.')).toBeGreaterThan(100)
      const both = await Promise.all([soundMs(speaker, 'The second one.'), soundMs(speaker, 'The third one.')])
      for (const ms of both) expect(ms).toBeGreaterThan(100)
      const said = simulator.spoken.join(' ')
      for (const words of ['first', 'second', 'third']) expect(said).toContain(words)
    })

    test('a sentence that is called off is called off at the vendor, and the next one is spoken', async () => {
      await using speaker = await open()
      const before = simulator.cancelled ?? 0
      simulator.slow(5_000)
      const abort = new AbortController()
      const error = await soundMs(speaker, 'A long sentence that nobody wants to hear.', abort).catch(
        (error: unknown) => error,
      )
      expect(error).toMatchObject({ message: 'interrupted' })
      await until('the cancellation', () => (simulator.cancelled ?? Infinity) > before)
      simulator.slow(0)
      expect(await soundMs(speaker, 'And on.')).toBeGreaterThan(100)
    })

    test('a key that is refused is named, without it', async () => {
      const error = await refusedWith(simulator.foreign)
      expect(error).toMatchObject({ code: 'vendor.credentials' })
      expectNoSecret(error, secrets())
    })

    test('speaks again after its connection was cut', async () => {
      if (!simulator.cut) return
      await using speaker = await open()
      await soundMs(speaker, 'One.')
      simulator.cut()
      await until('the end of the connection', () => simulator.open === 0)
      // The end may be on its way to us still: a sentence that fails before its first sound is tried twice, as in a call.
      const said = soundMs(speaker, 'Two.').catch(() => soundMs(speaker, 'Two.'))
      expect(await said).toBeGreaterThan(50)
    })

    test('leaves no connection', async () => {
      const speaker = await open()
      await soundMs(speaker, 'One.')
      await speaker[Symbol.asyncDispose]()
      await until('the end of all connections', () => (simulator.open ?? 0) === 0)
    })
  })

  async function refusedWith(settings: Settings): Promise<unknown> {
    try {
      await using speaker = await open(settings)
      await soundMs(speaker, 'One.')
      return 'it was spoken'
    } catch (error) {
      return error
    }
  }
}

/** All of a sentence; with `abort` called off at its first sound. */
async function soundMs(speaker: Speaker, text: string, abort?: AbortController): Promise<number> {
  const { signal } = abort ?? new AbortController()
  let samples = 0
  for await (const pcm of speaker.speak(text, signal)) {
    samples += pcm.length
    abort?.abort(new Error('interrupted'))
    signal.throwIfAborted()
  }
  return (samples * 1000) / speaker.rate
}
