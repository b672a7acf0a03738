/** One recognition: started by a message, sound acknowledged piece by piece, utterances that end by silence or by order. */
import { z } from 'zod'
import { Ear, samplesOf, type EarEvent, type HeardWord, written, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf } from '../options.ts'

const start = z.strictObject({
  message: z.literal('StartRecognition'),
  audio_format: z.strictObject({
    type: z.literal('raw'),
    encoding: z.literal('pcm_s16le'),
    sample_rate: z.int().min(8000).max(48_000),
  }),
  transcription_config: z.strictObject({
    language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z]+)?$/),
    model: z.enum(['standard', 'enhanced', 'melia-1']).optional(),
    operating_point: z.enum(['standard', 'enhanced']).optional(),
    enable_partials: z.boolean().optional(),
    max_delay: z.number().min(0.7).max(4).optional(),
    max_delay_mode: z.enum(['flexible', 'fixed']).optional(),
    conversation_config: z.strictObject({ end_of_utterance_silence_trigger: z.number().min(0).max(2) }).optional(),
    additional_vocab: z
      .array(z.strictObject({ content: z.string().min(1), sounds_like: z.array(z.string()).optional() }))
      .max(1000)
      .optional(),
    diarization: z.enum(['none', 'speaker']).optional(),
  }),
})

const order = z.discriminatedUnion('message', [
  z.object({ message: z.literal('ForceEndOfUtterance') }),
  z.object({ message: z.literal('SetRecognitionConfig'), transcription_config: z.record(z.string(), z.unknown()) }),
  z.strictObject({ message: z.literal('EndOfStream'), last_seq_no: z.int().min(0) }),
])

/** A word is final once so many stand behind it. */
const settled = 2

/** So long without sound, ms. */
const patience = 60 * 60_000

export class Recognition {
  readonly #socket: VendorSocket
  readonly #phrases: Phrases
  #ear: Ear | undefined
  #partials = false
  #final = 0
  #added = 0
  #patience: Disposable | undefined

  constructor(socket: VendorSocket, phrases: Phrases) {
    this.#socket = socket
    this.#phrases = phrases
  }

  begin(): void {
    this.#wait()
    this.#socket.onMessage((message) => {
      if ('binary' in message) return this.#sound(message.binary)
      const fields = objectOf(message.text)
      if (!this.#ear) return this.#start(fields)
      const parsed = order.safeParse(fields)
      if (!parsed.success) return fail(this.#socket, 'invalid_message', 'Message not recognised', 1003)
      if (parsed.data.message === 'ForceEndOfUtterance') return this.#force()
      if (parsed.data.message === 'EndOfStream') this.#finish(parsed.data.last_seq_no)
    })
  }

  #start(fields: unknown): void {
    const parsed = start.safeParse(fields)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const where = issue?.path.join('.') ?? ''
      const type = where.endsWith('model')
        ? 'invalid_model'
        : where.endsWith('language')
          ? 'invalid_language'
          : 'invalid_config'
      return fail(
        this.#socket,
        type,
        `${where}: ${issue?.message ?? 'malformed'}`,
        type === 'invalid_model' ? 4004 : 1003,
      )
    }
    const { audio_format: format, transcription_config: config } = parsed.data
    const trigger = config.conversation_config?.end_of_utterance_silence_trigger ?? 0
    if (trigger > 0 && trigger >= (config.max_delay ?? 4)) {
      return fail(this.#socket, 'invalid_config', 'end_of_utterance_silence_trigger must be below max_delay', 1003)
    }
    const pause = trigger > 0 ? trigger * 1000 : Infinity
    this.#ear = new Ear({ rate: format.sample_rate, phrases: this.#phrases, pause })
    this.#partials = config.enable_partials ?? false
    this.#tell('RecognitionStarted', { id: 'session-1', language_pack_info: { word_delimiter: ' ' } })
    this.#tell('Info', { type: 'recognition_quality', reason: 'Running recognition.', quality: 'telephony' })
  }

  #sound(bytes: Uint8Array): void {
    if (!this.#ear) return fail(this.#socket, 'protocol_error', 'Audio before StartRecognition', 1003)
    this.#wait()
    this.#tell('AudioAdded', { seq_no: ++this.#added })
    this.#note(this.#ear.hear(samplesOf(bytes)), false)
  }

  #note(events: readonly EarEvent[], forced: boolean): void {
    for (const event of events) {
      if (event.type === 'word') {
        const final = Math.max(this.#final, event.words.length - settled)
        this.#transcript('AddTranscript', event.words.slice(this.#final, final), forced)
        this.#final = final
        if (this.#partials) this.#transcript('AddPartialTranscript', event.words.slice(final), forced)
      }
      if (event.type !== 'ended') continue
      this.#transcript('AddTranscript', event.words.slice(this.#final), forced)
      this.#final = 0
      this.#utteranceEnd(event.at, forced)
    }
  }

  #force(): void {
    const ended = this.#ear!.force().filter((event) => event.type === 'ended')
    this.#note(ended, true)
    if (ended.length === 0) this.#utteranceEnd(this.#ear!.at, true)
  }

  #finish(last: number): void {
    if (last > this.#added) return fail(this.#socket, 'protocol_error', `last_seq_no ${last} was never added`, 1003)
    this.#note(
      this.#ear!.force().filter((event) => event.type === 'ended'),
      false,
    )
    this.#tell('EndOfTranscript', {})
    this.#socket.close(1000)
  }

  #wait(): void {
    this.#patience?.[Symbol.dispose]()
    this.#patience = this.#socket.after(patience, () =>
      fail(this.#socket, 'idle_timeout', 'No audio for an hour', 1008),
    )
  }

  #utteranceEnd(at: number, forced: boolean): void {
    const times = { start_time: at / 1000, end_time: at / 1000 }
    this.#tell('EndOfUtterance', { format: '2.9', metadata: times, ...(forced && { forced }) })
  }

  /** Words with the spaces behind them. */
  #transcript(message: string, words: readonly HeardWord[], forced: boolean): void {
    if (words.length === 0) return
    const results = words.flatMap(resultsOf)
    const times = { start_time: words[0]!.start / 1000, end_time: words.at(-1)!.end / 1000 }
    const metadata = { ...times, transcript: `${written(words)} ` }
    this.#tell(message, { format: '2.9', metadata, results, ...(forced && { forced }) })
  }

  #tell(message: string, fields: object): void {
    this.#socket.json({ message, ...fields })
  }
}

/** A word, and what stands behind it. */
function resultsOf({ text, start, end }: HeardWord): object[] {
  const [, word = text, sign] = /^(.*?)([.?!,])?$/.exec(text) ?? []
  const times = { start_time: start / 1000, end_time: end / 1000 }
  const spelled = { type: 'word', ...times, alternatives: [{ content: word, confidence: 0.95, language: 'en' }] }
  if (!sign) return [spelled]
  const alternatives = [{ content: sign, confidence: 1, language: 'en' }]
  return [spelled, { type: 'punctuation', attaches_to: 'previous', is_eos: sign !== ',', ...times, alternatives }]
}

export function fail(socket: VendorSocket, type: string, reason: string, code: number): void {
  socket.json({ message: 'Error', type, reason })
  socket.close(code, type)
}
