/** One connection to the simulated server: it listens and speaks at the same time, in one stream without turns. */
import { Ear, type EarEvent, written } from '../../vendor/ear.ts'
import type { VendorMessage, VendorSocket } from '../../vendor/socket.ts'
import { answerTo, type AgentSimulatorOptions, type Answer, type HeardTurn, type Remembered } from '../script.ts'
import { decodeSound, Heard, silenceIn, toneIn, type SoundFormat } from '../sound.ts'
import { pieceMs, piecesOf, speak } from '../speech.ts'
import { base64, bytesOf } from '../text.ts'
import { readEvent, type ClientEvent, type Fault, type SessionSetup } from './schema.ts'

/** Silence after which it answers, ms. */
const pause = 400

const twoHours = 7_200_000

type Appended = Extract<ClientEvent, { content: string }>

export class LiveSession {
  readonly history: Remembered[] = []
  readonly #socket: VendorSocket
  readonly #options: AgentSimulatorOptions
  readonly #heard = new Heard()
  #setup: SessionSetup | undefined
  #format: SoundFormat = { encoding: 'pcm', rate: 24_000 }
  #ear: Ear | undefined
  #began = 0
  #counted = 0
  #turns = 0
  #told = 0
  #stop: (() => void) | undefined
  #speaking = false
  /** Calls of the backend's: whether they have a result. */
  readonly #calls = new Map<string, string | undefined>()
  #delegation = ''

  constructor(socket: VendorSocket, options: AgentSimulatorOptions) {
    this.#socket = socket
    this.#options = options
    socket.onMessage((message) => this.#received(message))
  }

  heard(): Int16Array {
    return this.#heard.all()
  }

  speak(answer: Answer): void {
    const { words = '', hertz = 900, ms = words.length * 60, ...rest } = answer
    this.#say({ words, hertz, ms, ...rest })
  }

  flood(ms: number): void {
    const delta = base64(toneIn(1000, pieceMs, this.#format))
    for (let sent = 0; sent < ms; sent += pieceMs) this.#tell('session.output_audio.delta', { delta })
  }

  // ── what the client says ───────────────────────────────────────────────────────────────────────────────────────────

  #received(message: VendorMessage): void {
    let value: unknown
    try {
      value = 'text' in message ? JSON.parse(message.text) : undefined
    } catch {
      value = undefined // refused below, like any other thing that is no event
    }
    const event = readEvent(value)
    const fault = 'code' in event ? event : this.#act(event)
    const id = Object(value)['event_id']
    if (!fault) return
    const error = { type: 'invalid_request_error', ...fault, ...(typeof id === 'string' && { client_event_id: id }) }
    this.#tell('error', { error })
  }

  #act(event: ClientEvent): Fault | undefined {
    if (!this.#setup && event.type !== 'session.start')
      return { code: 'session_not_started', message: 'The first event must be session.start.' }
    switch (event.type) {
      case 'session.start':
        return this.#start(event.session)
      case 'session.input_audio.append':
        return this.#listen(event.audio)
      case 'session.commentary.append':
      case 'session.thinking.append':
      case 'session.instructions.append':
        return this.#append(event)
      case 'response.item.create':
        return this.#result(event.item)
      case 'response.create':
        return this.#goOn()
      case 'session.close':
        return this.#close('close_requested')
      default:
        return event satisfies never
    }
  }

  #start(setup: SessionSetup): Fault | undefined {
    if (this.#setup) return { code: 'session_already_started', message: 'The session was started before.' }
    if (!setup.model.startsWith('gpt-live'))
      return { code: 'model_not_found', message: `There is no Live model '${setup.model}'.` }
    const { clock, lifetime = twoHours, phrases } = this.#options
    const { type, rate } = setup.audio?.format ?? { type: 'audio/pcm', rate: 24_000 }
    const encodings = { 'audio/pcm': 'pcm', 'audio/pcmu': 'pcmu', 'audio/pcma': 'pcma' } as const
    this.#setup = setup
    for (const { role, content } of setup.input ?? [])
      this.history.push({ role: role === 'assistant' ? 'agent' : 'caller', words: content[0].text })
    this.#format = { encoding: encodings[type], rate }
    this.#ear = new Ear({ rate, phrases, pause })
    this.#began = clock.monotonic()
    const expires_at = Math.floor((clock.now() + lifetime) / 1000)
    this.#tell('session.started', { session: this.#shown(expires_at) })
    this.#socket.after(lifetime, () => this.#close('expired'))
    this.#breathe()
    this.#count()
    return undefined
  }

  #shown(expires_at: number): object {
    return { id: `live_${this.#socket.number}`, status: 'active', expires_at, ...this.#setup }
  }

  #listen(audio: string): Fault | undefined {
    const bytes = bytesOf(audio)
    if (!bytes) return { code: 'invalid_base64', message: 'The sound is no base64.', param: 'audio' }
    const pcm = decodeSound(bytes, this.#format)
    this.#heard.add(pcm, this.#format.rate)
    for (const event of this.#ear?.hear(pcm) ?? []) this.#noticed(event)
    return undefined
  }

  #append({ type, content, delegation_id }: Appended): Fault | undefined {
    const byResponses = this.#setup?.delegation?.type === 'responses'
    if (delegation_id !== null && (byResponses || delegation_id !== this.#delegation))
      return { code: 'invalid_value', message: 'There is no such delegation.', param: 'delegation_id' }
    const at = this.#at()
    this.#tell(`${type}ed`, { start_ms: at, end_ms: at })
    if (type === 'session.thinking.append') return undefined
    const by = type === 'session.commentary.append' ? 'instruction' : 'text'
    if (by === 'text') this.history.push({ role: 'caller', words: content })
    this.#answer({ number: ++this.#turns, by, words: content })
    return undefined
  }

  #result({ call_id, output }: Extract<ClientEvent, { type: 'response.item.create' }>['item']): Fault | undefined {
    if (!this.#calls.has(call_id) || this.#calls.get(call_id) !== undefined)
      return { code: 'invalid_value', message: `There is no open call '${call_id}'.`, param: 'item.call_id' }
    this.#calls.set(call_id, output)
    this.history.push({ role: 'tool', words: output })
    return undefined
  }

  #goOn(): Fault | undefined {
    const results = [...this.#calls.values()]
    if (this.#setup?.delegation?.type !== 'responses' || results.length === 0 || results.includes(undefined))
      return { code: 'invalid_request', message: 'No response waits for results.' }
    this.#calls.clear()
    this.#backend({ type: 'response.completed', response: { usage: { input_tokens: 40, output_tokens: 9 } } })
    this.#answer({ number: ++this.#turns, by: 'tool', words: results.at(-1) ?? '' })
    return undefined
  }

  // ── what the model does ────────────────────────────────────────────────────────────────────────────────────────────

  #noticed(event: EarEvent): void {
    if (event.type === 'started') this.#stop?.()
    if (event.type === 'started') this.#speaking = false
    if (event.type === 'word') {
      const delta = written(event.words.slice(this.#told))
      this.#told = event.words.length
      const at = this.#at()
      this.#tell('session.input_transcript.delta', { delta: `${delta} `, start_ms: at, end_ms: at })
    }
    if (event.type !== 'ended') return
    this.#told = 0
    const words = written(event.words)
    this.history.push({ role: 'caller', words })
    if (words) this.#answer({ number: ++this.#turns, by: 'voice', words })
  }

  #answer(turn: HeardTurn): void {
    this.#say(answerTo(this.#options, turn))
  }

  #say(answer: ReturnType<typeof answerTo>): void {
    const { words, ms, call, fails } = answer
    if (fails !== undefined)
      return this.#tell('error', { error: { type: 'server_error', code: 'server_error', message: fails } })
    this.#stop?.()
    if (ms > 0) this.history.push({ role: 'agent', words, ms })
    this.#speaking = true
    this.#stop = speak({
      pieces: ms > 0 ? piecesOf(answer, this.#format) : [],
      every: pieceMs / (this.#options.pace ?? 20),
      after: (delay, run) => this.#socket.after(delay, run),
      say: (piece) => {
        const at = this.#at()
        if (piece.words) this.#tell('session.output_transcript.delta', { delta: piece.words, start_ms: at, end_ms: at })
        this.#tell('session.output_audio.delta', { delta: piece.sound })
      },
      done: () => {
        this.#speaking = false
        if (call) this.#call(call)
      },
    })
  }

  #call({ name, arguments: json }: NonNullable<Answer['call']>): void {
    const { delegation } = this.#setup ?? {}
    const target = delegation?.type ?? 'client'
    this.#delegation = `delegation_${++this.#counted}`
    const about = { id: this.#delegation, type: 'delegation', target }
    this.#tell('session.delegation.created', { delegation: about, offset_ms: this.#at() })
    if (target !== 'responses') return
    const call_id = `call_${this.#socket.number}_${++this.#counted}`
    this.#calls.set(call_id, undefined)
    this.history.push({ role: 'call', words: json })
    const item = { type: 'function_call', id: `fc_${call_id}`, call_id, name, arguments: json, status: 'completed' }
    this.#backend({ type: 'response.output_item.done', output_index: 0, item })
    this.#backend({ type: 'response.completed', response: { usage: { input_tokens: 30, output_tokens: 5 } } })
  }

  #backend(event: object): void {
    this.#tell('response.event', { delegation_id: this.#delegation, event })
  }

  /** The stream goes on when nobody speaks. */
  #breathe(): void {
    this.#socket.after(pieceMs, () => {
      const delta = base64(silenceIn(pieceMs, this.#format))
      if (!this.#speaking) this.#tell('session.output_audio.delta', { delta })
      this.#breathe()
    })
  }

  #count(): void {
    this.#socket.after(1000, () => {
      this.#tell('session.usage.updated', {
        usage: { seconds: this.#at() / 1000 },
        context_window: { usage_ratio: 0.01 },
      })
      this.#count()
    })
  }

  #close(reason: string): undefined {
    this.#tell('session.closed', { reason, session: this.#shown(0), usage: { seconds: this.#at() / 1000 } })
    this.#socket.close(1000)
  }

  #at(): number {
    return Math.round(this.#options.clock.monotonic() - this.#began)
  }

  #tell(type: string, fields: object): undefined {
    this.#socket.json({ type, event_id: `event_${this.#socket.number}_${++this.#counted}`, ...fields })
  }
}
