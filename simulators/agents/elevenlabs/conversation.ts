/** One conversation with the simulated agent: what it is told and hears, and what it says. */
import { Ear, type EarEvent, written } from '../../vendor/ear.ts'
import type { VendorMessage, VendorSocket } from '../../vendor/socket.ts'
import { answerTo, type AgentSimulatorOptions, type Answer, type HeardTurn, type Remembered } from '../script.ts'
import { bytesPerMs, decodeSound, Heard, toneIn, type SoundFormat } from '../sound.ts'
import { pieceMs, piecesOf, speak } from '../speech.ts'
import { base64, bytesOf } from '../text.ts'
import { readMessage, type ClientMessage, type Initiation } from './schema.ts'

export interface AgentSetup {
  /** Default `ulaw_8000`. */
  readonly hears?: string
  readonly speaks?: string
  readonly firstMessage?: string
  /** What a conversation may change. Default: all of it. */
  readonly overrides?: readonly ('first_message' | 'prompt' | 'language' | 'voice_id')[]
  /** Variables that its prompt needs. */
  readonly variables?: readonly string[]
  /** A ping is sent so often, ms. Default 2000; without a pong for ten times that the conversation ends. */
  readonly pingEvery?: number
}

export interface ElevenlabsOptions extends AgentSimulatorOptions {
  readonly agent?: AgentSetup
}

/** Silence that ends a turn, ms. */
const pause = 400

export class Conversation {
  readonly history: Remembered[] = []
  readonly #socket: VendorSocket
  readonly #options: ElevenlabsOptions
  readonly #hears: SoundFormat
  readonly #speaks: SoundFormat
  readonly #heard = new Heard()
  readonly #ear: Ear
  #initiation: Initiation | undefined
  #events = 0
  #turns = 0
  #stop: (() => void) | undefined
  /** The present turn of the agent: as far as it was sent, and until when it sounds. */
  #said = { ms: 0, words: '', until: 0 }
  #lastPong: number
  #calls = new Map<string, string>()

  constructor(socket: VendorSocket, options: ElevenlabsOptions) {
    this.#socket = socket
    this.#options = options
    const { hears = 'ulaw_8000', speaks = 'ulaw_8000' } = options.agent ?? {}
    this.#hears = formatOf(hears)
    this.#speaks = formatOf(speaks)
    this.#ear = new Ear({ rate: this.#hears.rate, phrases: options.phrases, pause })
    this.#lastPong = options.clock.monotonic()
    socket.onMessage((message) => this.#received(message))
    socket.after(options.lifetime ?? 600_000, () => this.#fail('max_duration_exceeded', 'The call was too long.'))
  }

  heard(): Int16Array {
    return this.#heard.all()
  }

  speak(answer: Answer): void {
    const { words = '', hertz = 900, ms = words.length * 60, ...rest } = answer
    this.#say({ words, hertz, ms, ...rest })
  }

  flood(ms: number): void {
    const sound = base64(toneIn(1000, pieceMs, this.#speaks))
    for (let sent = 0; sent < ms; sent += pieceMs) this.#audio(sound)
  }

  // ── what the client says ───────────────────────────────────────────────────────────────────────────────────────────

  #received(message: VendorMessage): void {
    const read = 'text' in message ? readMessage(message.text) : 'Binary messages are not read.'
    if (typeof read === 'string') return this.#fail('invalid_message', read)
    if ('user_audio_chunk' in read) return this.#listen(read.user_audio_chunk)
    this.#act(read)
  }

  #act(message: Exclude<ClientMessage, { user_audio_chunk: string }>): void {
    if (!this.#initiation && message.type !== 'conversation_initiation_client_data')
      return this.#fail('invalid_message', 'The conversation was not initiated.')
    switch (message.type) {
      case 'conversation_initiation_client_data':
        return this.#initiate(message)
      case 'pong':
        this.#lastPong = this.#options.clock.monotonic()
        return
      case 'client_tool_result':
        return this.#returned(message)
      case 'user_message':
        this.#interrupt()
        this.history.push({ role: 'caller', words: message.text })
        return this.#answer({
          number: ++this.#turns,
          by: told(message.text) ? 'instruction' : 'text',
          words: message.text,
        })
      case 'contextual_update':
        this.history.push({ role: 'context', words: message.text })
        return
      case 'user_activity':
        return
      default:
        return message satisfies never
    }
  }

  #initiate(message: Initiation): void {
    if (this.#initiation) return this.#fail('invalid_message', 'The conversation was initiated before.')
    const { agent = {}, clock } = this.#options
    const { agent: given = {}, tts = {} } = message.conversation_config_override ?? {}
    const refused = [...Object.keys(given), ...Object.keys(tts)].find((name) => !allowed(agent, name))
    if (refused) return this.#fail('override_error', `Override for field '${refused}' is not allowed by config.`)
    const missing = (agent.variables ?? []).filter((name) => !(name in (message.dynamic_variables ?? {})))
    if (missing.length > 0) {
      return this.#fail('missing_dynamic_variable', `Missing required dynamic variables: ${missing.join(', ')}`)
    }
    this.#initiation = message
    this.#tell('conversation_initiation_metadata', 'conversation_initiation_metadata_event', {
      conversation_id: `conv_${this.#socket.number}`,
      agent_output_audio_format: agent.speaks ?? 'ulaw_8000',
      user_input_audio_format: agent.hears ?? 'ulaw_8000',
    })
    this.#lastPong = clock.monotonic()
    this.#ping()
    const words = given.first_message ?? agent.firstMessage ?? ''
    if (words) this.#say({ words, hertz: 400, ms: words.length * 60 })
  }

  #listen(audio: string): void {
    const bytes = bytesOf(audio)
    // Stricter than the vendor: before its first message the client cannot know the format.
    if (!this.#initiation) return this.#fail('invalid_message', 'Sound came before the conversation was initiated.')
    if (!bytes) return this.#fail('invalid_message', 'The sound is no base64.')
    const pcm = decodeSound(bytes, this.#hears)
    this.#heard.add(pcm, this.#hears.rate)
    for (const event of this.#ear.hear(pcm)) this.#noticed(event)
  }

  #noticed(event: EarEvent): void {
    if (event.type === 'started') this.#interrupt()
    if (event.type === 'word') {
      const user_transcript = event.words.map(({ text }) => text).join(' ')
      this.#event('tentative_user_transcript', 'tentative_user_transcription_event', { user_transcript })
    }
    if (event.type !== 'ended') return
    const words = written(event.words)
    this.#event('user_transcript', 'user_transcription_event', { user_transcript: words })
    this.history.push({ role: 'caller', words })
    if (words) this.#answer({ number: ++this.#turns, by: 'voice', words })
  }

  #returned({ tool_call_id: id, result }: Extract<ClientMessage, { type: 'client_tool_result' }>): void {
    if (!this.#calls.delete(id)) return this.#fail('invalid_message', `There is no open tool call '${id}'.`)
    this.history.push({ role: 'tool', words: result })
    this.#answer({ number: ++this.#turns, by: 'tool', words: result })
  }

  // ── what the agent does ────────────────────────────────────────────────────────────────────────────────────────────

  #answer(turn: HeardTurn): void {
    this.#say(answerTo(this.#options, turn))
  }

  #say(answer: ReturnType<typeof answerTo>): void {
    const { words, ms, call, fails } = answer
    if (fails !== undefined) return this.#fail('llm_error', fails)
    this.#stop?.()
    this.#said = { ms: 0, words, until: 0 }
    if (words) this.#event('agent_response', 'agent_response_event', { agent_response: words })
    if (ms > 0) this.history.push({ role: 'agent', words, ms: 0 })
    this.#stop = speak({
      pieces: ms > 0 ? piecesOf(answer, this.#speaks) : [],
      every: pieceMs / (this.#options.pace ?? 20),
      after: (delay, run) => this.#socket.after(delay, run),
      say: (piece) => this.#audio(piece.sound),
      done: () => call && this.#call(call),
    })
  }

  #audio(sound: string): void {
    const now = this.#options.clock.monotonic()
    const ms = Buffer.from(sound, 'base64').length / bytesPerMs(this.#speaks)
    this.#said = { ...this.#said, ms: this.#said.ms + ms, until: Math.max(this.#said.until, now) + ms }
    this.#remember(this.#said.words)
    this.#event('audio', 'audio_event', { audio_base_64: sound })
  }

  /** The agent's last turn, as far as it was said. */
  #remember(words: string): void {
    const at = this.history.findLastIndex(({ role }) => role === 'agent')
    if (at >= 0) this.history[at] = { role: 'agent', words, ms: this.#said.ms }
  }

  /** The caller speaks while the agent does: it stops, and knows what it said of its turn. */
  #interrupt(): void {
    const left = this.#said.until - this.#options.clock.monotonic()
    if (left <= 0) return
    this.#stop?.()
    this.#event('interruption', 'interruption_event', {})
    const { words, ms } = this.#said
    const heard = Math.max(0, ms - left)
    const corrected = words.slice(0, Math.floor((words.length * heard) / Math.max(1, ms)))
    this.#said = { ms: heard, words: corrected, until: 0 }
    this.#remember(corrected)
    this.#event('agent_response_correction', 'agent_response_correction_event', {
      original_agent_response: words,
      corrected_agent_response: corrected,
    })
  }

  #call({ name, arguments: json }: NonNullable<Answer['call']>): void {
    const id = `tool_${this.#socket.number}_${this.#calls.size + 1}`
    if (name === 'end_call') {
      const about = { tool_name: name, tool_call_id: id, tool_type: 'system', is_error: false, is_called: true }
      this.#event('agent_tool_response', 'agent_tool_response', about)
      return this.#socket.close(1000, 'Call ended by agent')
    }
    this.#calls.set(id, name)
    this.history.push({ role: 'call', words: json })
    const parameters: unknown = JSON.parse(json)
    this.#event('client_tool_call', 'client_tool_call', { tool_name: name, tool_call_id: id, parameters })
  }

  #ping(): void {
    const { agent = {}, clock } = this.#options
    const { pingEvery = 2000 } = agent
    this.#socket.after(pingEvery, () => {
      if (clock.monotonic() - this.#lastPong > 10 * pingEvery)
        return this.#fail('transport_receive_timeout', 'No pong came.')
      this.#event('ping', 'ping_event', { ping_ms: 30 })
      this.#ping()
    })
  }

  #fail(error_type: string, message: string): void {
    this.#tell('error', 'error_event', { code: 1008, error_type, message })
    this.#socket.close(1008, message.slice(0, 100))
  }

  #event(type: string, key: string, fields: object): void {
    this.#tell(type, key, { ...fields, event_id: ++this.#events })
  }

  #tell(type: string, key: string, fields: object): void {
    this.#socket.json({ type, [key]: fields })
  }
}

function allowed({ overrides }: AgentSetup, name: string): boolean {
  return !overrides || overrides.some((one) => one === name)
}

/** A client that wants words said in a certain way. */
function told(words: string): boolean {
  return /^say exactly/i.test(words)
}

function formatOf(name: string): SoundFormat {
  return name === 'ulaw_8000' ? { encoding: 'pcmu', rate: 8000 } : { encoding: 'pcm', rate: Number(name.slice(4)) }
}
