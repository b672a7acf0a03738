/** An agent for tests: no speech models, tones instead of words; it does what the test tells it and remembers what it was told. */
import { z } from 'zod'
import { realClock } from '../../src/lib/clock.ts'
import { createSource, type Emitter } from '../../src/media/port.ts'
import { concat, sine } from '../../src/media/tones.ts'
import type { AgentEmit, AgentOrder, AgentSession, AgentSpec, Brief, UsedPart } from '../../src/spec/agent.ts'
import { field } from '../../src/spec/provider.ts'
import { until } from './until.ts'

const rate = 8000

const settings = z.object({
  key: field(z.string().default(''), { title: 'Key', description: 'Tests find their agent by it.' }),
  hertz: field(z.number().int().default(1000), { title: 'Pitch (Hz)' }),
  toneMs: field(z.number().int().default(600), { title: 'Length of a reply (ms)' }),
  answers: field(z.boolean().default(false), { title: 'Answers turns and digits with a tone' }),
  understands: field(z.string().default(''), { title: 'Words it finds in every turn' }),
  secret: field(z.string().optional(), { title: 'Secret', secret: true }),
})

type Settings = z.output<typeof settings>

export interface Studio {
  readonly spec: AgentSpec<typeof settings>
  /** Every agent that was opened, in order. */
  readonly players: readonly Player[]
  /** The agent of a call that is answered by the agent with this key. */
  player(key: string): Promise<Player>
}

export function createStudio(): Studio {
  const players: Player[] = []
  return {
    players,
    player: (key) => until(`an agent with key "${key}"`, () => players.findLast((one) => one.key === key)),
    spec: {
      kind: 'agent',
      name: 'studio',
      label: 'Studio',
      about: 'Tones instead of words.',
      settings,
      body: {
        by: 'port',
        rate: () => rate,
        open(config, brief, emit) {
          const player = new Player(config, brief, emit)
          players.push(player)
          return player.session
        },
      },
    },
  }
}

/** One call's agent, from the test's side. */
export class Player {
  readonly key: string
  readonly brief: Brief
  readonly orders: AgentOrder[] = []
  readonly session: AgentSession
  closed = false
  /** ms since 1970. */
  closedAt: number | undefined
  readonly #config: Settings
  readonly #emit: AgentEmit
  readonly #voice: Emitter = createSource(rate)
  readonly #heard: Int16Array[] = []
  #replies = 0
  #calls = 0

  constructor(config: Settings, brief: Brief, emit: AgentEmit) {
    this.key = config.key
    this.brief = brief
    this.#config = config
    this.#emit = emit
    const speaker = { rate, write: (pcm: Int16Array) => void this.#heard.push(pcm.slice()), toString: () => 'studio' }
    this.session = {
      port: { microphone: this.#voice, speaker },
      turns: 'engine',
      order: (order) => this.#take(order),
      [Symbol.asyncDispose]: async () => {
        this.closed = true
        this.closedAt = realClock.now()
      },
    }
    emit({ type: 'ready' })
  }

  /** All it heard of the caller, 8 kHz. */
  get heard(): Int16Array {
    return concat(...this.#heard)
  }

  /** Says a tone: all of it at once, as a voice that is faster than real time does. */
  say(ms = this.#config.toneMs, hertz = this.#config.hertz): string {
    const reply = `reply-${++this.#replies}`
    this.#emit({ type: 'reply-started', reply })
    this.#emit({ type: 'reply-text', reply, delta: `${hertz} Hz` })
    this.#voice.emit(sine(hertz, { rate, ms }))
    this.#voice.flush()
    this.#emit({ type: 'reply-ended', reply })
    return reply
  }

  understood(text: string): void {
    this.#emit({ type: 'caller-text', text, final: true })
  }

  /** Uses a tool of the engine; resolves with its answer. */
  async use(
    name: string,
    given: Readonly<Record<string, unknown>> = {},
  ): Promise<AgentOrder & { type: 'tool-result' }> {
    const id = `tool-${++this.#calls}`
    this.#emit({ type: 'tool-called', call: { id, name, arguments: given } })
    return until(`an answer to ${name}`, () =>
      this.orders.find(
        (order): order is AgentOrder & { type: 'tool-result' } => order.type === 'tool-result' && order.id === id,
      ),
    )
  }

  /** Asks for a tool whose answer may never come, because the call ends. */
  ask(name: string, given: Readonly<Record<string, unknown>> = {}): void {
    this.#emit({ type: 'tool-called', call: { id: `tool-${++this.#calls}`, name, arguments: given } })
  }

  /** Wants a sound to be heard. */
  play(url: string): void {
    this.#emit({ type: 'play', url })
  }

  /** Tells what it used, as a whole or as a part of it. */
  used(usage: Readonly<Record<string, number>>, of?: UsedPart): void {
    this.#emit({ type: 'usage', usage, ...(of && { of }) })
  }

  fail(message = 'told to fail'): void {
    this.#emit({ type: 'failed', code: 'vendor.failed', message, fatal: true })
  }

  #take(order: AgentOrder): void {
    this.orders.push(order)
    if (order.type === 'say') return void this.say()
    if (order.type !== 'speech-ended' && order.type !== 'digit') return
    if (this.#config.answers) this.say()
    else this.understood(this.#config.understands) // no words in it: no reply is due
  }
}
