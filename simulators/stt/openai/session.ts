/** A realtime transcription session: commits, or a detector of its own, make items; each item is written down. */
import { decodeMulaw } from '../../sound/mulaw.ts'
import { Ear, samplesOf, written, type EarEvent, type HeardWord, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf } from '../options.ts'
import { clientEvent, modelFault, type Session } from './schema.ts'

/** Ms. */
const longestSession = 60 * 60_000

/** A commit of less is refused, ms. */
const shortest = 100

export function talkTranscription(socket: VendorSocket, phrases: Phrases, now: () => number): void {
  new Transcription(socket, phrases, now).begin()
}

class Transcription {
  readonly #socket: VendorSocket
  readonly #phrases: Phrases
  readonly #now: () => number
  #session: Session = { type: 'transcription', audio: { input: { format: { type: 'audio/pcm', rate: 24_000 } } } }
  #ear: Ear | undefined
  #buffered = 0
  #items = 0
  #events = 0
  /** Of an item that the detector has begun. */
  #begun = false

  constructor(socket: VendorSocket, phrases: Phrases, now: () => number) {
    this.#socket = socket
    this.#phrases = phrases
    this.#now = now
  }

  begin(): void {
    this.#tell('session.created', { session: this.#shown() })
    this.#socket.after(longestSession, () => {
      this.#refuse('session_expired', 'Your session hit the maximum duration of 60 minutes.')
      this.#socket.close(1001, 'Your session hit the maximum duration of 60 minutes.')
    })
    this.#socket.onMessage((message) => {
      if ('binary' in message) return this.#refuse('invalid_value', 'binary messages are not supported')
      const parsed = clientEvent.safeParse(objectOf(message.text))
      if (parsed.success) return this.#order(parsed.data)
      const issue = parsed.error.issues[0]
      this.#refuse('invalid_value', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`)
    })
  }

  #order(event: ReturnType<typeof clientEvent.parse>): void {
    switch (event.type) {
      case 'session.update':
        return this.#update(event.session)
      case 'input_audio_buffer.append':
        return this.#append(Buffer.from(event.audio, 'base64'))
      case 'input_audio_buffer.commit':
        return this.#commit()
      case 'input_audio_buffer.clear':
        this.#buffered = 0
        return this.#tell('input_audio_buffer.cleared', {})
    }
  }

  #update(session: Session): void {
    const fault = modelFault(session)
    if (fault) return this.#refuse('invalid_value', fault)
    this.#session = session
    const { format, turn_detection: vad } = session.audio.input
    const rate = format?.type === 'audio/pcm' || !format ? 24_000 : 8000
    const pause = vad === null ? Infinity : (vad?.silence_duration_ms ?? 500)
    this.#ear = new Ear({ rate, phrases: this.#phrases, pause })
    this.#tell('session.updated', { session: this.#shown() })
  }

  #append(bytes: Uint8Array): void {
    // The vendor would take it as 24 kHz linear and hear noise.
    if (!this.#ear) return this.#refuse('invalid_value', 'audio before session.update')
    const mulaw = this.#session.audio.input.format?.type === 'audio/pcmu'
    const pcm = mulaw ? decodeMulaw(bytes) : samplesOf(bytes)
    const before = this.#ear.at
    for (const event of this.#ear.hear(pcm)) this.#note(event)
    this.#buffered += this.#ear.at - before
  }

  #note(event: EarEvent): void {
    if (this.#session.audio.input.turn_detection === null) return
    if (event.type === 'started') {
      this.#begun = true
      this.#tell('input_audio_buffer.speech_started', { audio_start_ms: event.at, item_id: this.#item(1) })
    }
    if (event.type !== 'ended') return
    this.#begun = false
    this.#tell('input_audio_buffer.speech_stopped', { audio_end_ms: event.at, item_id: this.#item(1) })
    this.#write(event.words)
  }

  #commit(): void {
    if (this.#begun) return this.#refuse('invalid_value', 'speech is being detected')
    if (this.#buffered < shortest) {
      const few = `buffer too small. Expected at least 100ms of audio, but buffer only has ${this.#buffered}ms of audio.`
      return this.#refuse('input_audio_buffer_commit_empty', `Error committing input audio buffer: ${few}`)
    }
    const ended = this.#ear?.force().find((event) => event.type === 'ended')
    this.#write(ended?.words ?? [])
  }

  /** The next item: cut off, and written down word by word. */
  #write(words: readonly HeardWord[]): void {
    this.#buffered = 0
    const previous = this.#items > 0 ? this.#item(0) : null
    this.#items++
    const item_id = this.#item(0)
    const item = { id: item_id, type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] }
    this.#tell('input_audio_buffer.committed', { item_id, previous_item_id: previous })
    this.#tell('conversation.item.added', { item, previous_item_id: previous })
    this.#tell('conversation.item.done', { item, previous_item_id: previous })
    const said = written(words)
    const place = { item_id, content_index: 0 }
    const kind = 'conversation.item.input_audio_transcription'
    for (const delta of said.match(/\s*\S+/g) ?? []) this.#tell(`${kind}.delta`, { ...place, delta })
    const usage = { type: 'tokens', input_tokens: 20, output_tokens: words.length + 2, total_tokens: words.length + 22 }
    this.#tell(`${kind}.completed`, { ...place, transcript: said, usage })
  }

  #item(ahead: number): string {
    return `item_${this.#items + ahead}`
  }

  #shown(): object {
    const expires_at = Math.floor(this.#now() / 1000) + 3600
    return { object: 'realtime.transcription_session', id: 'sess_1', expires_at, ...this.#session }
  }

  #tell(type: string, fields: object): void {
    this.#socket.json({ type, event_id: `event_${++this.#events}`, ...fields })
  }

  #refuse(code: string, message: string): void {
    this.#tell('error', { error: { type: 'invalid_request_error', code, message, param: null, event_id: null } })
  }
}
