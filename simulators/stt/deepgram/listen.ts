/** /v1/listen: interim and final results, pauses, the end of an utterance, and ten seconds of patience. */
import { decodeMulaw } from '../../sound/mulaw.ts'
import { Ear, samplesOf, type EarEvent, type HeardWord, written, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf, queryFault, values, type QueryRule } from '../options.ts'

const { flag, whole, any, tag } = values

const rules: Readonly<Record<string, QueryRule>> = {
  model: { value: /nova-\d(-[a-z]+)?|enhanced|base|whisper(-[a-z]+)?/ },
  encoding: { value: /linear16|mulaw/ },
  sample_rate: { value: /8000|16000|24000|44100|48000/ },
  channels: { value: /1/ },
  language: { value: tag },
  interim_results: { value: flag },
  smart_format: { value: flag },
  punctuate: { value: flag },
  endpointing: { value: /false|true|\d+/ },
  utterance_end_ms: { value: whole },
  vad_events: { value: flag },
  keyterm: { value: any, repeats: true },
  keywords: { value: any, repeats: true },
  numerals: { value: flag },
  profanity_filter: { value: flag },
  redact: { value: any, repeats: true },
  diarize: { value: flag },
  multichannel: { value: flag },
  filler_words: { value: flag },
  no_delay: { value: flag },
  tag: { value: any, repeats: true },
  mip_opt_out: { value: flag },
}

/** What is wrong with the query, or undefined. */
export function listenFault(query: URLSearchParams): string | undefined {
  const fault = queryFault(query, rules)
  if (fault) return fault
  const model = query.get('model') ?? 'base'
  if (query.has('encoding') !== query.has('sample_rate')) return 'encoding and sample_rate go together'
  if (query.has('keyterm') && !model.startsWith('nova-3')) return 'keyterm is for nova-3'
  if (query.has('keywords') && model.startsWith('nova-3')) return 'keywords are not for nova-3: use keyterm'
  const utteranceEnd = query.get('utterance_end_ms')
  if (utteranceEnd === null) return undefined
  if (Number(utteranceEnd) < 1000) return 'utterance_end_ms is at least 1000'
  return query.get('interim_results') === 'true' ? undefined : 'utterance_end_ms needs interim_results=true'
}

/** No sound and no KeepAlive for so long ends it. */
const patience = 10_000
/** A part is final after so many words. */
const part = 4

export function talkNova(socket: VendorSocket, phrases: Phrases): void {
  new Listener(socket, phrases).begin()
}

class Listener {
  readonly #socket: VendorSocket
  readonly #ear: Ear
  readonly #decode: (bytes: Uint8Array) => Int16Array
  readonly #query: URLSearchParams
  /** Words of the turn that are final already. */
  #final = 0
  #lastWord: HeardWord | undefined
  #patience: Disposable | undefined

  constructor(socket: VendorSocket, phrases: Phrases) {
    const { query } = socket.request
    const endpointing = query.get('endpointing') ?? '10'
    this.#socket = socket
    this.#query = query
    this.#decode = query.get('encoding') === 'mulaw' ? decodeMulaw : samplesOf
    this.#ear = new Ear({
      rate: Number(query.get('sample_rate') ?? 16_000),
      phrases,
      pause: endpointing === 'false' ? Infinity : Math.max(10, Number(endpointing) || 10),
    })
  }

  begin(): void {
    this.#wait()
    this.#socket.onMessage((message) => {
      if ('binary' in message) return this.#sound(message.binary)
      this.#order(objectOf(message.text)?.['type'])
    })
  }

  #sound(bytes: Uint8Array): void {
    this.#wait()
    for (const event of this.#ear.hear(this.#decode(bytes))) this.#tell(event)
    const after = Number(this.#query.get('utterance_end_ms') ?? Infinity)
    if (!this.#lastWord || this.#ear.speaking || this.#ear.at - this.#lastWord.end < after) return
    this.#socket.json({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: seconds(this.#lastWord.end) })
    this.#lastWord = undefined
  }

  #tell(event: EarEvent): void {
    if (event.type === 'started' && this.#query.get('vad_events') === 'true') {
      this.#socket.json({ type: 'SpeechStarted', channel: [0], timestamp: seconds(event.at) })
    }
    if (event.type === 'word') {
      const pending = event.words.slice(this.#final)
      if (pending.length >= part) this.#results(pending, { is_final: true })
      else if (this.#query.get('interim_results') === 'true') this.#results(pending, { is_final: false })
    }
    if (event.type === 'ended') this.#results(event.words.slice(this.#final), { is_final: true, speech_final: true })
  }

  #order(type: unknown): void {
    switch (type) {
      case 'KeepAlive':
        return this.#wait()
      case 'Finalize': {
        const ended = this.#ear.force().find((event) => event.type === 'ended')
        const pending = ended?.words.slice(this.#final) ?? []
        return this.#results(pending, { is_final: true, speech_final: true, from_finalize: true })
      }
      case 'CloseStream': {
        for (const event of this.#ear.force()) if (event.type === 'ended') this.#tell(event)
        this.#socket.json({
          type: 'Metadata',
          transaction_key: 'deprecated',
          request_id: 'req-1',
          sha256: '0'.repeat(64),
          created: '2026-01-01T00:00:00.000Z',
          duration: seconds(this.#ear.at),
          channels: 1,
        })
        return this.#socket.close(1000)
      }
      default:
        return this.#socket.close(1008, 'DATA-0000: could not deserialize the message')
    }
  }

  #results(words: readonly HeardWord[], flags: { is_final: boolean; speech_final?: true; from_finalize?: true }): void {
    const start = words[0]?.start ?? this.#ear.at
    this.#socket.json({
      type: 'Results',
      channel_index: [0, 1],
      start: seconds(start),
      duration: seconds((words.at(-1)?.end ?? start) - start),
      speech_final: false,
      from_finalize: false,
      ...flags,
      channel: {
        alternatives: [{ transcript: written(words), confidence: words.length ? 0.98 : 0, words: words.map(spelled) }],
      },
      metadata: {
        request_id: 'req-1',
        model_info: { name: 'general', version: '1', arch: 'nova' },
        model_uuid: 'model-1',
      },
    })
    this.#lastWord = words.at(-1) ?? this.#lastWord
    if (flags.speech_final) this.#final = 0
    else if (flags.is_final) this.#final += words.length
  }

  #wait(): void {
    this.#patience?.[Symbol.dispose]()
    this.#patience = this.#socket.after(patience, () => {
      this.#socket.close(1011, 'NET-0001: no audio or KeepAlive within the timeout window')
    })
  }
}

function spelled({ text, start, end }: HeardWord) {
  return { word: text.toLowerCase(), start: seconds(start), end: seconds(end), confidence: 0.98, punctuated_word: text }
}

function seconds(ms: number): number {
  return ms / 1000
}
