/** Soniox's realtime recognition, simulated: the key in the first message, tokens, `<end>` and `<fin>`. */
import { z } from 'zod'
import { json, same } from '../../carrier/rest.ts'
import { Ear, samplesOf, type EarEvent, type HeardWord } from '../../vendor/ear.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk, type VendorServer } from '../../vendor/server.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf, type RecogniserOptions } from '../options.ts'

export function startSonioxStt(options: RecogniserOptions): Promise<VendorServer> {
  const api = {
    refuse,
    // It always opens, and tells over the socket what is wrong.
    refuseSocket:
      (status: number): Talk =>
      (socket) =>
        socket.onMessage(() => fail(socket, status)),
    upgrade: (request: VendorRequest): VendorReply | Talk =>
      request.path === '/transcribe-websocket' ? (socket) => new Session(socket, options).begin() : refuse(404),
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

const start = z.strictObject({
  api_key: z.string(),
  model: z.string().regex(/^stt-rt-(v\d+|preview)$/),
  audio_format: z.literal('pcm_s16le'),
  sample_rate: z.int().min(8000).max(48_000),
  num_channels: z.literal(1),
  language_hints: z.array(z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/)).optional(),
  language_hints_strict: z.boolean().optional(),
  enable_endpoint_detection: z.boolean().optional(),
  max_endpoint_delay_ms: z.int().min(500).max(3000).optional(),
  enable_language_identification: z.boolean().optional(),
  enable_speaker_diarization: z.boolean().optional(),
  context: z.strictObject({ terms: z.array(z.string()).optional(), text: z.string().optional() }).optional(),
  client_reference_id: z.string().optional(),
})

const order = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('finalize'), trailing_silence_ms: z.int().optional() }),
  z.strictObject({ type: z.literal('keepalive') }),
])

/** Without sound or keepalive for so long it ends. */
const patience = 20_000
/** Ms. */
const longestStream = 300 * 60_000
/** A word is final once so many stand behind it. */
const settled = 2

class Session {
  readonly #socket: VendorSocket
  readonly #options: RecogniserOptions
  #ear: Ear | undefined
  /** Words of the turn that are final. */
  #final = 0
  #patience: Disposable | undefined

  constructor(socket: VendorSocket, options: RecogniserOptions) {
    this.#socket = socket
    this.#options = options
  }

  begin(): void {
    this.#wait()
    this.#socket.after(longestStream, () => fail(this.#socket, 503))
    this.#socket.onMessage((message) => {
      this.#wait()
      if (!this.#ear) return this.#start('text' in message ? message.text : '')
      if ('text' in message ? message.text === '' : message.binary.length === 0) return this.#finish()
      if ('binary' in message) return this.#hear(this.#ear.hear(samplesOf(message.binary)))
      const parsed = order.safeParse(objectOf(message.text))
      if (!parsed.success) return fail(this.#socket, 400, 'Invalid control message.')
      if (parsed.data.type === 'finalize') this.#end('<fin>')
    })
  }

  #start(text: string): void {
    const parsed = start.safeParse(objectOf(text))
    const { key } = this.#options
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return fail(this.#socket, 400, `Invalid start request: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
    }
    const config = parsed.data
    if (!same(config.api_key, key)) return fail(this.#socket, 401, `Incorrect API key provided: ${config.api_key}`)
    const pause = config.enable_endpoint_detection ? (config.max_endpoint_delay_ms ?? 2000) / 2 : Infinity
    const phrases = this.#options.phrases
    this.#ear = new Ear({ rate: config.sample_rate, phrases, pause })
  }

  #hear(events: readonly EarEvent[]): void {
    for (const event of events) {
      if (event.type === 'word') this.#tell(event.words, Math.max(this.#final, event.words.length - settled))
      if (event.type === 'ended') this.#over(event.words, '<end>')
    }
  }

  #end(sign: '<fin>'): void {
    const ended = this.#ear?.force().findLast((event) => event.type === 'ended')
    this.#over(ended?.words ?? [], sign)
  }

  #over(words: readonly HeardWord[], sign: '<end>' | '<fin>'): void {
    this.#tell(words, words.length, sign)
    this.#final = 0
  }

  /** Final tokens once, the others anew. */
  #tell(words: readonly HeardWord[], final: number, sign?: '<end>' | '<fin>'): void {
    const tokens = words
      .slice(this.#final)
      .flatMap((word, at) => tokensOf(word, this.#final + at, this.#final + at < final))
    if (sign) tokens.push({ text: sign, confidence: 1, is_final: true })
    this.#final = final
    const { at } = this.#ear!
    this.#socket.json({ tokens, final_audio_proc_ms: words[final - 1]?.end ?? 0, total_audio_proc_ms: at })
  }

  #finish(): void {
    const ended = this.#ear?.force().findLast((event) => event.type === 'ended')
    if (ended) this.#tell(ended.words, ended.words.length)
    this.#socket.json({
      tokens: [],
      final_audio_proc_ms: this.#ear?.at,
      total_audio_proc_ms: this.#ear?.at,
      finished: true,
    })
    this.#socket.close(1000)
  }

  #wait(): void {
    this.#patience?.[Symbol.dispose]()
    this.#patience = this.#socket.after(patience, () => fail(this.#socket, 408, 'Audio data decode timeout'))
  }
}

interface Token {
  readonly text: string
  readonly start_ms?: number
  readonly end_ms?: number
  readonly confidence: number
  readonly is_final: boolean
}

/** A word is one token or two, its space in front. */
function tokensOf({ text, start, end }: HeardWord, index: number, is_final: boolean): Token[] {
  const spaced = index > 0 ? ` ${text}` : text
  const middle = text.length > 4 ? spaced.length - 2 : spaced.length
  const times = { start_ms: start, end_ms: end, confidence: 0.9, is_final }
  return [spaced.slice(0, middle), spaced.slice(middle)].filter(Boolean).map((piece) => ({ text: piece, ...times }))
}

const messages: Readonly<Record<number, string>> = {
  401: 'Incorrect API key provided.',
  402: 'Organization balance exhausted.',
  429: 'Rate limit exceeded.',
  503: 'Cannot continue request. Please restart the request.',
}

function fail(
  socket: VendorSocket,
  error_code: number,
  error_message = messages[error_code] ?? 'Internal error.',
): void {
  socket.json({ tokens: [], error_code, error_message })
  socket.close(1000)
}

function refuse(status: number): VendorReply {
  return json(status, { status_code: status, message: messages[status] ?? 'Error' })
}
