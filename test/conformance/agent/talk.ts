/** A talk as the engine leads it, over real sockets: a caller on an 8 kHz line, and the agent behind its simulator. */
import { framesOfTone } from '../../../simulators/index.ts'
import { openAgent, type AgentParts } from '../../../src/conversation/agents.ts'
import {
  conversationDefaults,
  type ConversationEvent,
  type ConversationSettings,
} from '../../../src/conversation/contract.ts'
import { createConversation } from '../../../src/conversation/converse.ts'
import type { Screen } from '../../../src/conversation/kit/screen.ts'
import { engineTools } from '../../../src/conversation/tools.ts'
import { realClock, type Clock } from '../../../src/lib/clock.ts'
import { memoryLogger } from '../../../src/lib/log.ts'
import { createPlayout } from '../../../src/media/playout.ts'
import type { CarrierPlayout } from '../../../src/media/playout-options.ts'
import { createSource } from '../../../src/media/port.ts'
import type { VadFactory } from '../../../src/media/vad/vad.ts'
import type { AgentEvent, AgentSpec, Brief } from '../../../src/spec/agent.ts'
import { OffhookError } from '../../../src/spec/errors.ts'
import type { Tool, ToolCall } from '../../../src/spec/speech.ts'
import { until, type Needs } from '../parts/engine.ts'

const rate = 8000
const frameMs = 20
const samples = (rate * frameMs) / 1000

const lookUp: Tool = {
  name: 'look_up',
  description: 'Finds an order.',
  parameters: { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] },
}

export interface TalkOptions {
  readonly needs: Needs
  readonly vad: VadFactory
  readonly spec: AgentSpec
  readonly agent: Readonly<Record<string, unknown>>
  readonly settings?: Partial<ConversationSettings>
  readonly screen?: Screen
}

export class Talk implements AsyncDisposable {
  readonly events: ConversationEvent[] = []
  readonly told: AgentEvent[] = []
  readonly calls: ToolCall[] = []
  readonly finished: string[] = []
  readonly logger = memoryLogger()
  readonly conversation
  readonly #caller = new Caller(realClock)
  readonly #heard: Int16Array[] = []
  readonly #speaker: CarrierPlayout

  constructor({ needs, vad, spec, agent, settings = {}, screen }: TalkOptions) {
    this.#speaker = createPlayout({
      clock: realClock,
      rate,
      frameMs,
      send: (frame) => void this.#heard.push(frame.slice()),
      sendClear: () => undefined,
    })
    const brief: Brief = {
      call: 'call_1',
      direction: 'inbound',
      from: '+15550100001',
      to: '+15550100002',
      variables: { name: 'Ada' },
      metadata: {},
      tools: [...engineTools, lookUp],
      ...(settings.greeting && { greeting: settings.greeting }),
    }
    this.conversation = createConversation({
      brief,
      vad,
      provider: spec.name,
      open: (emit) =>
        openAgent(spec, agent, brief, { ...partsOf(needs), ...(screen && { screen }) }, (event) => {
          this.told.push(event)
          emit(event)
        }),
      settings: { ...conversationDefaults, idleTimeout: 0, ...settings },
      clock: realClock,
      ids: needs.host.ids,
      logger: this.logger,
      emit: (event) => void this.events.push(event),
      tool: (call) => {
        this.calls.push(call)
        return Promise.resolve({ ok: true, result: { status: 'paid' } })
      },
      finish: (reason) => void this.finished.push(reason),
    })
    this.conversation.attach({ microphone: this.#caller.microphone, speaker: this.#speaker })
  }

  say(pcm: Int16Array): void {
    this.#caller.say(pcm)
  }

  /** How long this tone was heard by the caller, ms. */
  heardMs(hertz: number): number {
    const whole = new Int16Array(this.#heard.length * samples)
    for (const [at, frame] of this.#heard.entries()) whole.set(frame, at * samples)
    return framesOfTone(whole, hertz) * frameMs
  }

  messages(role: 'caller' | 'agent') {
    return this.events.flatMap((event) => (event.type === 'message.added' && event.role === role ? [event] : []))
  }

  failures() {
    return this.events.flatMap((event) => (event.type === 'agent.failed' ? [event] : []))
  }

  of<T extends ConversationEvent['type']>(type: T): readonly Extract<ConversationEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ConversationEvent, { type: T }> => event.type === type)
  }

  /** Sound that waits to be heard, ms. */
  get queuedMs(): number {
    return this.#speaker.queuedMs
  }

  /** Everything here takes as long as it is heard, and the machine may be busy. */
  async until(what: string, done: () => boolean, limit = 40_000): Promise<void> {
    await until(what, done, limit).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify({ events: this.events, told: this.told.slice(-20) })}`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller[Symbol.dispose]()
    await this.conversation[Symbol.asyncDispose]()
  }
}

/** Twenty milliseconds after twenty milliseconds: silence, unless something is to be said. */
class Caller implements Disposable {
  readonly microphone = createSource(rate)
  readonly #clock: Clock
  #saying = new Int16Array(0)
  #next: number
  #over = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#next = clock.monotonic()
    this.#tick()
  }

  say(pcm: Int16Array): void {
    this.#saying = Int16Array.from([...this.#saying, ...pcm])
  }

  #tick(): void {
    if (this.#over) return
    for (; this.#next <= this.#clock.monotonic(); this.#next += frameMs) {
      const frame = new Int16Array(samples)
      frame.set(this.#saying.subarray(0, samples))
      this.#saying = this.#saying.slice(samples)
      this.microphone.emit(frame)
    }
    this.#clock.timer(frameMs / 2, () => this.#tick())
  }

  [Symbol.dispose](): void {
    this.#over = true
  }
}

function partsOf(needs: Needs): AgentParts {
  const none = (name: string) => {
    throw new OffhookError('provider.unknown', `no part ${name} in this test`)
  }
  return { ...needs, recogniser: none, model: none, speaker: none, connected: () => Promise.resolve({}) }
}
