/** Agent, voice-activity detector and media socket of a replay: they say again what they said, when they said it. */
import { createSource, type Emitter } from '../media/port.ts'
import type { Vad, VadEvent } from '../media/vad/vad.ts'
import type { AgentEmit, AgentEvent, AgentSession } from '../spec/agent.ts'
import type { Socket, SocketClose } from '../lib/socket/socket.ts'
import type { WireMessage } from '../spec/carrier.ts'
import { OffhookError, type ErrorCode } from '../spec/errors.ts'
import type { LiveCall } from './live.ts'
import { beginTalk, type Talk } from './talk.ts'

export interface TalkReplay {
  /** Inputs of the kinds `agent-open`, `agent`, `audio` and `voice`. */
  deliver(kind: string, data: unknown): void
}

/** Begins the conversation with the recorded brief and settings. */
export function replayedTalk(live: LiveCall, recorded: unknown): TalkReplay {
  const { brief, provider, settings, model } = recorded as Pick<Talk, 'brief' | 'provider' | 'settings' | 'model'> // recorded by talk.ts
  const agent = new ReplayedAgent()
  const voices = new Set<(event: VadEvent) => void>()
  beginTalk(live, {
    brief,
    provider,
    settings,
    ...(model === undefined ? {} : { model }),
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

interface Opened {
  /** Hz */
  readonly speaks: number
  /** Hz */
  readonly hears: number
  readonly turns: AgentSession['turns']
  readonly greets: boolean
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
    if (kind === 'agent-open') this.#begin(data as Opened) // recorded by doors.ts
    if (kind === 'agent-failed') {
      const { code, message } = data as { code: ErrorCode; message: string } // recorded by doors.ts
      this.#opened.reject(new OffhookError(code, message))
    }
  }

  #sound(data: unknown): void {
    if (data instanceof Uint8Array) {
      const copy = data.slice()
      this.#source?.emit(new Int16Array(copy.buffer, copy.byteOffset, copy.byteLength >> 1))
    } else this.#source?.flush()
  }

  #begin({ speaks, hears, turns, greets }: Opened): void {
    this.#source = createSource(speaks)
    const speaker = { rate: hears, write: () => undefined, toString: () => 'replayed agent' }
    this.#opened.resolve({
      port: { microphone: this.#source, speaker },
      turns,
      greets,
      order: () => undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  }
}

function replayedVad(rate: number, voices: Set<(event: VadEvent) => void>): Vad {
  let speaking = false
  const note = ({ type }: VadEvent): void => {
    if (type === 'started' || type === 'ended') speaking = type === 'started'
  }
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

export interface SilentSocket extends Socket {
  /** The carrier's end goes. */
  end(close: { readonly code: number; readonly reason: string }): void
}

/** A media socket with nobody behind it: what it is given goes to `sent`, what came over it is delivered by the replay. */
export function silentSocket(sent: (message: WireMessage) => void): SilentSocket {
  const listeners = new Set<(close: SocketClose) => void>()
  const nothing = { [Symbol.dispose]: () => undefined }
  return {
    ...{ open: true, bufferedBytes: 0, protocol: '' },
    counts: { sent: 0, received: 0, unsent: 0, congestions: 0 },
    send(data) {
      sent(typeof data === 'string' ? { text: data } : { binary: data.slice() })
      return true
    },
    close: () => undefined,
    terminate: () => undefined,
    onMessage: () => nothing,
    onClose(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    onCongestion: () => nothing,
    onDrain: () => nothing,
    end: ({ code, reason }) => {
      for (const listener of listeners) listener({ code, reason, by: 'peer' })
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
