/** A streaming session: words that become final one by one, turns that end by silence or by order, and pieces of the right length. */
import { z } from 'zod'
import type { Clock } from '../../../src/lib/clock.ts'
import { Ear, samplesOf, written, type EarEvent, type HeardWord, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf } from '../options.ts'

const order = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('UpdateConfiguration') }),
  z.strictObject({ type: z.literal('ForceEndpoint') }),
  z.strictObject({ type: z.literal('KeepAlive') }),
  z.strictObject({ type: z.literal('Terminate') }),
])

/** A piece of sound may be so long, ms. */
const shortest = 50
const longest = 1000
/** How far sound may run ahead of the clock, ms; what the vendor allows is not told. */
const ahead = 15_000
/** Seconds. */
const session = 10_800

export class Streaming {
  readonly #socket: VendorSocket
  readonly #clock: Clock
  readonly #ear: Ear
  readonly #rate: number
  readonly #formats: boolean
  /** Third generation: formatted, once, and told of speech. */
  readonly #newer: boolean
  readonly #began: number
  #turn = 0

  constructor(socket: VendorSocket, phrases: Phrases, clock: Clock) {
    const { query } = socket.request
    this.#socket = socket
    this.#clock = clock
    this.#rate = Number(query.get('sample_rate'))
    this.#formats = query.get('format_turns') === 'true'
    this.#newer = /^(u3|universal-3)/.test(query.get('speech_model') ?? '')
    this.#began = clock.monotonic()
    // As scripted, turns end surely: after the shorter silence, unless it is never sure.
    const sure = Number(query.get('end_of_turn_confidence_threshold') ?? 0.4) < 1
    const pause = Number(query.get(sure ? 'min_turn_silence' : 'max_turn_silence') ?? (sure ? 400 : 1280))
    this.#ear = new Ear({ rate: this.#rate, phrases, pause })
  }

  begin(): void {
    const expires_at = Math.floor(this.#clock.now() / 1000) + session
    this.#socket.json({ type: 'Begin', id: 'session-1', expires_at })
    this.#socket.after(session * 1000, () =>
      fail(this.#socket, 3008, 'Session expired: maximum session duration exceeded'),
    )
    this.#socket.onMessage((message) => {
      if ('binary' in message) return this.#sound(message.binary)
      const parsed = order.safeParse(objectOf(message.text))
      if (!parsed.success) return fail(this.#socket, 3006, 'Invalid Message')
      if (parsed.data.type === 'ForceEndpoint') return this.#force()
      if (parsed.data.type === 'Terminate') this.#terminate()
    })
  }

  #sound(bytes: Uint8Array): void {
    const pcm = samplesOf(bytes)
    const ms = (pcm.length * 1000) / this.#rate
    if (ms < shortest || ms > longest) {
      return fail(this.#socket, 3007, `Input duration violation: ${ms} ms. Expected between 50 and 1000 ms`)
    }
    const events = this.#ear.hear(pcm)
    if (this.#ear.at - (this.#clock.monotonic() - this.#began) > ahead) {
      return fail(this.#socket, 3007, 'Audio is sent faster than real time')
    }
    for (const event of events) this.#note(event)
  }

  #note(event: EarEvent): void {
    if (event.type === 'started' && this.#newer) this.#socket.json({ type: 'SpeechStarted', timestamp: event.at })
    // The last word may still change.
    if (event.type === 'word') this.#tell(event.words, event.words.length - 1)
    if (event.type === 'ended') this.#end(event.words)
  }

  #force(): void {
    const ended = this.#ear.force().find((event) => event.type === 'ended')
    this.#end(ended?.words ?? [])
  }

  #end(words: readonly HeardWord[]): void {
    const end = { end_of_turn: true, turn_is_formatted: this.#newer }
    this.#tell(words, words.length, { ...end, transcript: this.#newer ? written(words) : plain(words) })
    const again = { end_of_turn: true, turn_is_formatted: true, transcript: written(words) }
    if (this.#formats && !this.#newer) this.#tell(words, words.length, again)
    this.#turn++
  }

  #tell(words: readonly HeardWord[], final: number, fields: object = {}): void {
    this.#socket.json({
      type: 'Turn',
      turn_order: this.#turn,
      turn_is_formatted: false,
      end_of_turn: false,
      transcript: plain(words.slice(0, final)),
      end_of_turn_confidence: 'end_of_turn' in fields ? 0.9 : 0.1,
      words: words.map(({ text, start, end }, at) => ({
        text: text.toLowerCase(),
        start,
        end,
        confidence: 0.9,
        word_is_final: at < final,
      })),
      ...fields,
    })
  }

  #terminate(): void {
    const seconds = Math.round(this.#ear.at / 1000)
    this.#socket.json({ type: 'Termination', audio_duration_seconds: seconds, session_duration_seconds: seconds })
    this.#socket.close(1000)
  }
}

/** Not formatted: without capitals and signs. */
function plain(words: readonly HeardWord[]): string {
  return written(words)
    .toLowerCase()
    .replaceAll(/[.,?!]/g, '')
}

export function fail(socket: VendorSocket, code: number, reason: string): void {
  socket.json({ type: 'Error', error_code: code, error: reason })
  socket.close(code, reason)
}
