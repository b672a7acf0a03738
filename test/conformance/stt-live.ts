/** A recogniser as the engine opens it, against its vendor's simulator: `recogniserLive(name, fixture)`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { openSocketRecogniser } from '../../src/conversation/pipeline/socket-recogniser.ts'
import type { HeardEvent } from '../../src/conversation/pipeline/socket-recogniser.ts'
import type { OffhookError } from '../../src/spec/errors.ts'
import { secretsOf } from '../../src/spec/provider.ts'
import type { RecogniserSpec } from '../../src/spec/speech.ts'
import { realNeeds, until, type Needs } from './parts/engine.ts'
import { expectNoSecret } from './parts/steps.ts'
import { textOf } from './stt.ts'

type Settings = Readonly<Record<string, unknown>>

export interface RecogniserLiveFixture {
  readonly spec: RecogniserSpec
  /** Starts the simulator in this scope. */
  start(scope: Needs['scope']): Promise<RecogniserSimulator>
}

export interface RecogniserSimulator {
  /** Settings that reach it, with a key that it knows. */
  readonly settings: Settings
  /** The same with a key that it does not know. */
  readonly foreign: Settings
  /** What it will recognise next, in this order, a turn each; of whichever session speaks next. */
  hears(...texts: readonly string[]): void
  /** Cuts every connection. Not for vendors without sockets. */
  cut?(): void
  /** Connections that are open now. Not for vendors without sockets. */
  readonly open?: number
}

interface Ears extends AsyncDisposable {
  readonly text: string
  readonly lost: readonly OffhookError[]
  /** The caller says something for `ms`, and then nothing: resolves when the vendor has made a text of it. */
  turn(ms?: number): Promise<string>
}

export function recogniserLive(name: string, fixture: RecogniserLiveFixture): void {
  const { spec } = fixture
  let needs: Needs
  let simulator: RecogniserSimulator
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
  const open = (settings: Settings = simulator.settings) => ('socket' in spec ? openSocket : openSegment)(settings)

  async function openSocket(settings: Settings): Promise<Ears> {
    if (!('socket' in spec)) throw new Error('a recogniser of segments')
    const events: HeardEvent[] = []
    const lost: OffhookError[] = []
    const session = await openSocketRecogniser({
      ...needs,
      secrets: secrets(),
      spec,
      config: spec.settings.parse(settings),
      hear: (event) => void events.push(event),
      lost: (error) => void lost.push(error),
    })
    const over = session.turns === 'vendor' ? 'turn-ended' : 'flushed'
    return {
      lost,
      get text() {
        return textOf(events)
      },
      async turn(ms = 600) {
        events.length = 0
        for (let at = 0; at < ms; at += 20) {
          session.write(voice(session.rate))
          await realClock.sleep(10)
        }
        if (session.turns === 'engine') session.flush()
        await until(over, () => events.some(({ type }) => type === over) || lost.length > 0)
        return textOf(events)
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    }
  }

  async function openSegment(settings: Settings): Promise<Ears> {
    if ('socket' in spec) throw new Error('a recogniser over a socket')
    const recogniser = await spec.open(spec.settings.parse(settings), needs.host)
    const turn = async (ms = 600) => {
      const pieces = Array.from({ length: ms / 20 }, () => voice(recogniser.rate))
      const pcm = Int16Array.from(pieces.flatMap((piece) => [...piece]))
      return recogniser.recognise(pcm, new AbortController().signal)
    }
    return { text: '', lost: [], turn, [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose]() }
  }

  describe(`${name} against its simulator`, () => {
    test('hears one turn after another', async () => {
      await using ears = await open()
      simulator.hears('A table for two.', 'yes')
      expect(await ears.turn()).toBe('A table for two.')
      expect(await ears.turn(200)).toBe('yes')
    })

    test('two calls at once never hear each other', async () => {
      await using one = await open()
      await using other = await open()
      simulator.hears('only one')
      expect(await one.turn()).toBe('only one')
      expect(other.text).toBe('')
      simulator.hears('only the other')
      expect(await other.turn()).toBe('only the other')
      expect(one.text).not.toContain('other')
    })

    test('a key that is refused is named, without it', async () => {
      const error = await refusedWith(simulator.foreign)
      expect(error).toMatchObject({ code: 'vendor.credentials' })
      expectNoSecret(error, secrets())
    })

    test('a connection that is cut is told', async () => {
      if (!simulator.cut) return
      await using ears = await open()
      await until('the connection', () => (simulator.open ?? 1) > 0)
      simulator.cut()
      await until('the loss', () => ears.lost.length > 0)
      expect(ears.lost[0]).toMatchObject({ code: expect.stringMatching(/^vendor\./) })
    })

    test('leaves no connection', async () => {
      await (await open())[Symbol.asyncDispose]()
      await until('the end of all connections', () => (simulator.open ?? 0) === 0)
    })
  })

  /** Some vendors refuse the handshake, some the first message, some the first sound. */
  async function refusedWith(settings: Settings): Promise<unknown> {
    try {
      await using ears = await open(settings)
      await ears.turn()
      await until('the refusal', () => ears.lost.length > 0)
      return ears.lost[0]
    } catch (error) {
      return error
    }
  }
}

/** 20 ms that no detector takes for silence. */
function voice(rate: number): Int16Array {
  return new Int16Array(rate / 50).map((_, at) => Math.round(8_000 * Math.sin((at * 2 * Math.PI * 300) / rate)))
}
