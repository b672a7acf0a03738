/** A recogniser's translator, made of the few things in which vendors differ. */
import type { WireMessage } from '../../spec/carrier.ts'
import type {
  RecogniserEvent,
  RecogniserInput,
  RecogniserSocket,
  RecogniserStep,
  SocketTarget,
} from '../../spec/speech.ts'
import { parseFields, type Fields } from '../json-media/fields.ts'
import { failure } from './failure.ts'

/** What a vendor's message or an order of ours brings about. Without `state` it stays as it was. */
export interface Said<S> {
  readonly state?: S
  readonly events?: readonly RecogniserEvent[]
  readonly messages?: readonly WireMessage[]
}

/** `C`: settings; `S`: what is remembered, never changed in place. */
export interface Words<C, S> extends Pick<RecogniserSocket<C>, 'rate' | 'turns' | 'idleAfter' | 'explainClose'> {
  target(config: C): SocketTarget
  begin(config: C): S
  /** Ms of sound in a message, at least; what is left at the end of a turn is filled up with silence. Default 20. */
  readonly frame?: number
  /** How sound travels. Default: as a binary message. */
  sound?(bytes: Uint8Array): WireMessage
  opened?(state: S): Said<S>
  heard(state: S, message: Fields): Said<S>
  flush(state: S): Said<S>
  idle?(state: S): Said<S>
  finish(state: S): Said<S>
}

interface Memory<S> {
  readonly own: S
  /** Samples a message has, at least. */
  readonly frame: number
  readonly rate: number
  readonly held: readonly Int16Array[]
  /** Samples held, and samples sent that no usage tells of yet. */
  readonly waiting: number
  readonly untold: number
}

const usualFrame = 20

export function recogniserSocket<C, S>(words: Words<C, S>): RecogniserSocket<C> {
  const { rate, turns, idleAfter, explainClose, frame = usualFrame } = words
  return {
    rate,
    turns,
    ...(idleAfter !== undefined && { idleAfter }),
    ...(explainClose && { explainClose }),
    // oxlint-disable-next-line require-yield -- no request is needed before the socket
    *connect(config) {
      return words.target(config)
    },
    begin(config): Memory<S> {
      const hertz = rate(config)
      const own = words.begin(config)
      return { own, frame: (frame * hertz) / 1000, rate: hertz, held: [], waiting: 0, untold: 0 }
    },
    // The engine hands back what `begin` or the last step gave it.
    step: (state, input) => step(words, state as Memory<S>, input),
  }
}

export function json(message: object): WireMessage {
  return { text: JSON.stringify(message) }
}

function step<C, S>(words: Words<C, S>, memory: Memory<S>, input: RecogniserInput): RecogniserStep {
  switch (input.type) {
    case 'opened':
      return stepped(memory, words.opened?.(memory.own) ?? { events: [{ type: 'ready' }] })
    case 'message':
      return heard(words, memory, input.message)
    case 'audio':
      return sound(words, memory, input.pcm)
    case 'flush':
      return rest(words, memory, words.flush)
    case 'idle':
      return stepped(memory, words.idle?.(memory.own) ?? {})
    case 'finish': {
      const { state, events, messages } = rest(words, memory, words.finish)
      const { memory: told, usage } = usageOf(state as Memory<S>) // what `rest` made of ours
      return { state: told, events: [...events, ...usage], messages }
    }
    default:
      return input satisfies never
  }
}

function stepped<S>(memory: Memory<S>, { state = memory.own, events = [], messages = [] }: Said<S>): RecogniserStep {
  const next = state === memory.own ? memory : { ...memory, own: state }
  // Once per turn: a figure for every piece of sound would tell nobody anything.
  if (!events.some(({ type }) => type === 'flushed' || type === 'turn-ended')) return { state: next, events, messages }
  const { memory: told, usage } = usageOf(next)
  return { state: told, events: [...usage, ...events], messages }
}

function usageOf<S>(memory: Memory<S>): { readonly memory: Memory<S>; readonly usage: readonly RecogniserEvent[] } {
  const { untold, rate } = memory
  if (untold === 0) return { memory, usage: [] }
  const audioMs = Math.round((untold * 1000) / rate)
  return { memory: { ...memory, untold: 0 }, usage: [{ type: 'usage', usage: { audioMs } }] }
}

function heard<C, S>(words: Words<C, S>, memory: Memory<S>, message: WireMessage): RecogniserStep {
  const fields = 'text' in message ? parseFields(message.text) : undefined
  if (fields) return stepped(memory, words.heard(memory.own, fields))
  const size = 'text' in message ? `${message.text.length} characters` : `${message.binary.length} bytes`
  const said = failure('vendor.failed', `it sent ${size} that are no JSON object; they were passed over`, false)
  return { state: memory, events: [said], messages: [] }
}

function sound<C, S>(words: Words<C, S>, memory: Memory<S>, pcm: Int16Array): RecogniserStep {
  const { held, waiting, frame, untold } = memory
  const length = waiting + pcm.length
  // The sound is the engine's again when we return.
  if (length < frame) return quiet({ ...memory, held: [...held, pcm.slice()], waiting: length })
  const bytes = bytesOf([...held, pcm], length)
  const next = { ...memory, held: [], waiting: 0, untold: untold + length }
  return { state: next, events: [], messages: [spoken(words, bytes)] }
}

function quiet(state: unknown): RecogniserStep {
  return { state, events: [], messages: [] }
}

/** What is still held goes first, as a whole frame. */
function rest<C, S>(words: Words<C, S>, memory: Memory<S>, then: (state: S) => Said<S>): RecogniserStep {
  const { held, waiting, frame, untold } = memory
  if (waiting === 0) return stepped(memory, then(memory.own))
  const sent = { ...memory, held: [], waiting: 0, untold: untold + frame }
  const { state, events, messages } = stepped(sent, then(memory.own))
  return { state, events, messages: [spoken(words, bytesOf(held, frame)), ...messages] }
}

function spoken<C, S>(words: Words<C, S>, bytes: Uint8Array): WireMessage {
  return words.sound?.(bytes) ?? { binary: bytes }
}

/** 16 bit, little endian; silence where there is less sound than `samples`. */
function bytesOf(pieces: readonly Int16Array[], samples: number): Uint8Array {
  const bytes = new Uint8Array(samples * 2)
  let at = 0
  for (const piece of pieces) {
    for (const sample of piece) {
      bytes[at++] = sample
      bytes[at++] = sample >> 8
    }
  }
  return bytes
}
