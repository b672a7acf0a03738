/** Agent and voice-activity detector of a replay: they say again what they said, when they said it. */
import { createSource, type Emitter } from '../media/port.ts'
import type { Vad, VadEvent } from '../media/vad/vad.ts'
import type { AgentEmit, AgentEvent, AgentSession } from '../spec/agent.ts'
import type { LiveCall } from './live.ts'
import { beginTalk, type Talk } from './talk.ts'

export interface TalkReplay {
  /** Inputs of the kinds `agent-open`, `agent`, `audio` and `voice`. */
  deliver(kind: string, data: unknown): void
}

/** Begins the conversation with the recorded brief and settings. */
export function replayedTalk(live: LiveCall, recorded: unknown): TalkReplay {
  const { brief, provider, settings } = recorded as Pick<Talk, 'brief' | 'provider' | 'settings'> // recorded by talk.ts
  const agent = new ReplayedAgent()
  const voices = new Set<(event: VadEvent) => void>()
  beginTalk(live, {
    brief,
    provider,
    settings,
    open: (emit) => agent.open(emit),
    vad: (rate) => replayedVad(rate, voices),
  })
  return {
    deliver(kind, data) {
      if (kind === 'voice') for (const listener of [...voices]) listener(data as VadEvent) // recorded by doors.ts
      else agent.deliver(kind, data)
    },
  }
}

class ReplayedAgent {
  readonly #opened = Promise.withResolvers<AgentSession>()
  #emit: AgentEmit | undefined
  #source: Emitter | undefined

  open(emit: AgentEmit): Promise<AgentSession> {
    this.#emit = emit
    return this.#opened.promise
  }

  deliver(kind: string, data: unknown): void {
    if (kind === 'agent') this.#emit?.(data as AgentEvent) // recorded by doors.ts
    if (kind === 'audio') this.#sound(data)
    if (kind === 'agent-open') this.#begin(data as { speaks: number; hears: number; turns: AgentSession['turns'] }) // recorded by doors.ts
  }

  #sound(data: unknown): void {
    if (data instanceof Uint8Array) {
      const copy = data.slice()
      this.#source?.emit(new Int16Array(copy.buffer, copy.byteOffset, copy.byteLength >> 1))
    } else this.#source?.flush()
  }

  #begin({
    speaks,
    hears,
    turns,
  }: {
    readonly speaks: number
    readonly hears: number
    readonly turns: AgentSession['turns']
  }): void {
    this.#source = createSource(speaks)
    const speaker = { rate: hears, write: () => undefined, toString: () => 'replayed agent' }
    this.#opened.resolve({
      port: { microphone: this.#source, speaker },
      turns,
      order: () => undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  }
}

function replayedVad(rate: number, voices: Set<(event: VadEvent) => void>): Vad {
  let speaking = false
  const note = (event: VadEvent): void => void (speaking = event.type === 'started')
  voices.add(note)
  return {
    rate,
    windowMs: 0,
    get speaking() {
      return speaking
    },
    write: () => undefined,
    listen(listener) {
      voices.add(listener)
      return { [Symbol.dispose]: () => void voices.delete(listener) }
    },
    toString: () => 'replayed voice activity',
    [Symbol.dispose]: () => voices.delete(note),
  }
}
