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
  /** How sound travels. Default: as a binary message of 16 bit, little endian. */
  sound?(pcm: Int16Array, state: S): WireMessage
  opened?(state: S): Said<S>
  heard(state: S, message: Fields): Said<S>
  flush(state: S): Said<S>
  idle?(state: S): Said<S>
  /** `sent`: messages of sound, all in all. */
  finish(state: S, sent: number): Said<S>
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
  /** Messages of sound. */
  readonly sent: number
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
      return { own, frame: (frame * hertz) / 1000, rate: hertz, held: [], waiting: 0, untold: 0, sent: 0 }
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
    case 'flush': {
      const { memory: filled, messages } = emptied(words, memory)
      const said = stepped(filled, words.flush(filled.own))
      return { ...said, messages: [...messages, ...said.messages] }
    }
    case 'idle':
      return stepped(memory, words.idle?.(memory.own) ?? {})
    case 'finish': {
      const { memory: filled, messages } = emptied(words, memory)
      const { memory: told, usage } = usageOf(filled)
      const said = stepped(told, words.finish(told.own, told.sent))
      return { ...said, events: [...usage, ...said.events], messages: [...messages, ...said.messages] }
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
  const { held, waiting, frame } = memory
  const length = waiting + pcm.length
  // The sound is the engine's again when we return.
  if (length < frame) return quiet({ ...memory, held: [...held, pcm.slice()], waiting: length })
  const { memory: next, messages } = sent(words, { ...memory, held: [...held, pcm] }, length)
  return { state: next, events: [], messages }
}

function quiet(state: unknown): RecogniserStep {
  return { state, events: [], messages: [] }
}

interface Sent<S> {
  readonly memory: Memory<S>
  readonly messages: readonly WireMessage[]
}

/** What is still held goes out, as a whole frame. */
function emptied<C, S>(words: Words<C, S>, memory: Memory<S>): Sent<S> {
  return memory.waiting === 0 ? { memory, messages: [] } : sent(words, memory, memory.frame)
}

/** All that is held as one message, with silence where there is less sound than `length`. */
function sent<C, S>(words: Words<C, S>, memory: Memory<S>, length: number): Sent<S> {
  const pcm = new Int16Array(length)
  let at = 0
  for (const piece of memory.held) {
    pcm.set(piece, at)
    at += piece.length
  }
  const message = words.sound?.(pcm, memory.own) ?? { binary: littleEndian(pcm) }
  const { untold, sent: count } = memory
  return {
    memory: { ...memory, held: [], waiting: 0, untold: untold + length, sent: count + 1 },
    messages: [message],
  }
}

/** 16 bit, low byte first. */
export function littleEndian(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 2)
  let at = 0
  for (const sample of pcm) {
    bytes[at++] = sample
    bytes[at++] = sample >> 8
  }
  return bytes
}
