/** One connection to the simulated server: what it is told, what it hears, and what it does about it. */
import { Ear, type EarEvent, written } from '../../vendor/ear.ts'
import type { VendorMessage, VendorSocket } from '../../vendor/socket.ts'
import { answerTo, type AgentSimulatorOptions, type Answer, type HeardTurn, type SpokenAnswer } from '../script.ts'
import { bytesPerMs, decodeSound, Heard, toneIn } from '../sound.ts'
import { pieceMs } from '../speech.ts'
import { base64, bytesOf } from '../text.ts'
import { itemFrom, Items, shownItem, type Item } from './items.ts'
import { betaName } from './names.ts'
import { Response } from './response.ts'
import { readEvent, type ClientEvent, type Fault, type Generation } from './schema.ts'
import { shown, updated, usual, type Settings } from './settings.ts'

export interface RealtimeOptions extends AgentSimulatorOptions {
  /** Which words are spoken here. Default GA: the vendor itself has no other any more. */
  readonly generation?: Generation
  /** Settles on this sound whatever is asked for, as some compatible servers do. */
  readonly insists?: Settings['output']
}

/** The least that may be committed, ms. */
const leastCommit = 100

const oneHour = 3_600_000

export class RealtimeSession {
  readonly #socket: VendorSocket
  readonly #options: RealtimeOptions
  readonly #model: string
  readonly #items = new Items()
  readonly #heard = new Heard()
  #settings: Settings = usual
  #confirmed = false
  #ear: Ear | undefined
  /** Sound that is not committed, ms. */
  #buffered = 0
  #response: Response | undefined
  #turns = 0
  #counted = 0
  #speaking: string | undefined
  #spoke = false

  constructor(socket: VendorSocket, model: string, options: RealtimeOptions) {
    this.#socket = socket
    this.#options = options
    this.#model = model
    socket.onMessage((message) => this.#received(message))
    const { lifetime = oneHour, clock } = options
    const expires_at = Math.floor((clock.now() + lifetime) / 1000)
    this.#tell('session.created', { session: { ...this.#shown(), expires_at } })
    socket.after(lifetime, () => {
      const minutes = Math.round(lifetime / 60_000)
      socket.close(1001, `Your session hit the maximum duration of ${minutes} minutes.`)
    })
  }

  get history() {
    return this.#items.history
  }

  get settings(): Settings {
    return this.#settings
  }

  heard(): Int16Array {
    return this.#heard.all()
  }

  speak(answer: Answer): void {
    const { words = '', hertz = 900, ms = words.length * 60, ...rest } = answer
    this.#respond({ words, hertz, ms, ...rest })
  }

  flood(ms: number): void {
    const delta = base64(toneIn(1000, pieceMs, this.#settings.output))
    const place = { response_id: 'resp_flood', item_id: 'item_flood', output_index: 0, content_index: 0 }
    this.#tell('response.created', { response: { id: place.response_id, status: 'in_progress' } })
    for (let sent = 0; sent < ms; sent += pieceMs) this.#tell('response.output_audio.delta', { ...place, delta })
  }

  // ── what the client says ───────────────────────────────────────────────────────────────────────────────────────────

  #received(message: VendorMessage): void {
    if (!('text' in message))
      return this.#refuse({ code: 'invalid_json', message: 'Binary messages are not read.', param: null })
    let value: unknown
    try {
      value = JSON.parse(message.text)
    } catch {
      return this.#refuse({ code: 'invalid_json', message: 'The message is no JSON.', param: null })
    }
    const event = readEvent(value, this.#options.generation ?? 'ga')
    const id = Object(value)['event_id']
    const fault = 'code' in event ? event : this.#act(event)
    if (fault) this.#refuse(fault, typeof id === 'string' ? id : null)
  }

  #act(event: ClientEvent): Fault | undefined {
    switch (event.type) {
      case 'session.update':
        return this.#update(event.session)
      case 'input_audio_buffer.append':
        return this.#append(event.audio)
      case 'input_audio_buffer.commit':
        return this.#commit()
      case 'input_audio_buffer.clear':
        this.#buffered = 0
        return this.#tell('input_audio_buffer.cleared', {})
      case 'conversation.item.create':
        return this.#create(event)
      case 'conversation.item.truncate':
        return this.#truncate(event.item_id, event.audio_end_ms)
      case 'conversation.item.delete':
        if (!this.#items.delete(event.item_id))
          return fault(
            'item_delete_invalid_item_id',
            `Error deleting item: the item with id '${event.item_id}' does not exist.`,
          )
        return this.#tell('conversation.item.deleted', { item_id: event.item_id })
      case 'response.create':
        return this.#answer(event.response?.instructions)
      case 'response.cancel':
        return this.#cancel(event.response_id)
      default:
        return event satisfies never
    }
  }

  #update(session: Extract<ClientEvent, { type: 'session.update' }>['session']): Fault | undefined {
    if (session.model !== undefined && session.model !== this.#model)
      return fault('invalid_value', 'The model of a session cannot be changed.', 'session.model')
    const { insists } = this.#options
    const next = { ...updated(this.#settings, session), ...(insists && { input: insists, output: insists }) }
    if (this.#spoke && next.voice !== this.#settings.voice)
      return fault(
        'cannot_update_voice',
        'Cannot update a conversation’s voice if assistant audio is present.',
        'session.audio.output.voice',
      )
    const { detection, input } = next
    this.#settings = next
    this.#ear ??= new Ear({ rate: input.rate, phrases: this.#options.phrases, pause: detection?.silence ?? Infinity })
    this.#confirmed = true
    this.#tell('session.updated', { session: this.#shown() })
    return undefined
  }

  #append(audio: string): Fault | undefined {
    // Stricter than the vendor, which takes it for the format it had before: noise that nobody is told of.
    if (!this.#confirmed) return fault('audio_before_format', 'Sound came before the session was updated.')
    const bytes = bytesOf(audio)
    if (!bytes) return fault('invalid_base64', 'The sound is no base64.', 'audio')
    const { input, detection } = this.#settings
    const pcm = decodeSound(bytes, input)
    this.#buffered += bytes.length / bytesPerMs(input)
    this.#heard.add(pcm, input.rate)
    for (const event of this.#ear?.hear(pcm) ?? []) if (detection) this.#noticed(event)
    return undefined
  }

  #commit(): Fault | undefined {
    if (this.#buffered < leastCommit) {
      const has = `${this.#buffered.toFixed(2)}ms`
      return fault(
        'input_audio_buffer_commit_empty',
        `Error committing input audio buffer: buffer too small. Expected at least ${leastCommit}ms of audio, but buffer only has ${has} of audio.`,
      )
    }
    const ended = this.#ear?.force().at(-1)
    this.#take(ended && 'words' in ended ? written(ended.words) : '')
    return undefined
  }

  #create({
    item: given,
    previous_item_id: after,
  }: Extract<ClientEvent, { type: 'conversation.item.create' }>): Fault | undefined {
    if (given.type === 'function_call_output' && !this.#items.openCall(given.call_id))
      return fault('invalid_tool_call_id', `There is no open call '${given.call_id}'.`, 'item.call_id')
    const item = itemFrom(given, given.id ?? this.#id('item'))
    const previous = after ?? this.#items.last?.id ?? null
    if (!this.#items.insert(item, after))
      return fault('invalid_item_id', `There is no item '${after}'.`, 'previous_item_id')
    this.#tellItem(item, previous)
    return undefined
  }

  #truncate(id: string, at: number): Fault | undefined {
    const item = this.#items.find(id)
    if (!item)
      return fault('item_truncate_invalid_item_id', `Error truncating item: the item with id '${id}' does not exist.`)
    if (item.role !== 'assistant' || item.ms === 0)
      return fault('unsupported_content_type', 'Only model output audio messages can be truncated.', 'item_id')
    if (at > item.ms)
      return fault('invalid_value', `Audio content of ${item.ms}ms is already shorter than ${at}ms`, 'audio_end_ms')
    item.ms = at
    item.words = ''
    return this.#tell('conversation.item.truncated', { item_id: id, content_index: 0, audio_end_ms: at })
  }

  #answer(instructions: string | undefined): Fault | undefined {
    if (this.#response) {
      return fault(
        'conversation_already_has_active_response',
        `Conversation already has an active response in progress: ${this.#response.id}. Wait until the response is finished before creating a new one.`,
      )
    }
    this.#respond(answerTo(this.#options, this.#turn(instructions)))
    return undefined
  }

  #cancel(id: string | undefined): Fault | undefined {
    if (!this.#response || (id !== undefined && id !== this.#response.id))
      return fault('response_cancel_not_active', 'Cancellation failed: no active response found')
    this.#response.cancel('client_cancelled')
    return undefined
  }

  // ── what the server does ───────────────────────────────────────────────────────────────────────────────────────────

  #noticed(event: EarEvent): void {
    const { detection } = this.#settings
    if (event.type === 'started') {
      this.#speaking = this.#id('item')
      this.#tell('input_audio_buffer.speech_started', { audio_start_ms: event.at, item_id: this.#speaking })
      if (detection?.interrupts) this.#response?.cancel('turn_detected')
    }
    if (event.type !== 'ended') return
    this.#tell('input_audio_buffer.speech_stopped', { audio_end_ms: event.at, item_id: this.#speaking })
    this.#take(written(event.words))
    const refused = detection?.creates ? this.#answer(undefined) : undefined
    if (refused) this.#refuse(refused)
  }

  /** What was said becomes an item; its words are written down later. */
  #take(words: string): void {
    const item: Item = {
      id: this.#speaking ?? this.#id('item'),
      type: 'message',
      role: 'user',
      words,
      ms: 0,
      spoken: true,
    }
    this.#speaking = undefined
    this.#buffered = 0
    const previous_item_id = this.#items.last?.id ?? null
    this.#items.insert(item)
    this.#tell('input_audio_buffer.committed', { item_id: item.id, previous_item_id })
    this.#tellItem(item, previous_item_id)
    if (this.#settings.transcribes) this.#socket.after(20, () => this.#write(item))
  }

  #write({ id, words }: Item): void {
    const type = 'conversation.item.input_audio_transcription'
    const place = { item_id: id, content_index: 0 }
    if (words) this.#tell(`${type}.delta`, { ...place, delta: words })
    this.#tell(`${type}.completed`, { ...place, transcript: words, usage: { type: 'duration', seconds: 1 } })
  }

  #turn(instructions: string | undefined): HeardTurn {
    const number = ++this.#turns
    if (instructions !== undefined) return { number, by: 'instruction', words: instructions }
    const { last } = this.#items
    if (last?.type === 'function_call_output') return { number, by: 'tool', words: last.words }
    return { number, by: last?.spoken ? 'voice' : 'text', words: last?.words ?? '' }
  }

  #respond(answer: SpokenAnswer): void {
    this.#response = new Response({
      ...{ answer, format: this.#settings.output, every: pieceMs / (this.#options.pace ?? 20) },
      id: (prefix) => this.#id(prefix),
      after: (delay, run) => this.#socket.after(delay, run),
      tell: (type, fields) => this.#tell(type, fields),
      added: (item) => {
        this.#spoke ||= item.type === 'message'
        const previous = this.#items.last?.id ?? null
        this.#items.insert(item)
        this.#tellItem(item, previous, 'in_progress')
      },
      complete: (item) => this.#tellDone(item),
      over: () => (this.#response = undefined),
    })
  }

  #tellItem(item: Item, previous_item_id: string | null, status: 'in_progress' | 'completed' = 'completed'): void {
    this.#tell('conversation.item.added', { previous_item_id, item: shownItem(item, status) })
    if (status === 'completed') this.#tellDone(item)
  }

  /** The older generation tells of an item once. */
  #tellDone(item: Item): void {
    if (this.#options.generation !== 'beta') this.#tell('conversation.item.done', { item: shownItem(item) })
  }

  #shown(): object {
    const { generation = 'ga' } = this.#options
    return {
      id: `sess_${this.#socket.number}`,
      object: 'realtime.session',
      model: this.#model,
      ...shown(this.#settings, generation),
    }
  }

  #refuse({ code, message, param }: Fault, event_id: string | null = null): void {
    this.#tell('error', { error: { type: 'invalid_request_error', code, message, param, event_id } })
  }

  #tell(type: string, fields: object): undefined {
    const beta = this.#options.generation === 'beta'
    const said = { type: beta ? betaName(type) : type, event_id: this.#id('event'), ...fields }
    // The older generation does not say again what a call is called.
    const nameless = beta && type === 'response.function_call_arguments.done'
    this.#socket.json(nameless ? { ...said, name: undefined } : said)
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#socket.number}_${++this.#counted}`
  }
}

function fault(code: string, message: string, param: string | null = null): Fault {
  return { code, message, param }
}
