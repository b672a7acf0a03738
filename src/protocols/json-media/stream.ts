/** A media socket that speaks JSON, as a pure step: text in, text out, with a memory of what is open and which marks are out. */
import type { StreamFormat } from '../../spec/audio.ts'
import type {
  Stream,
  StreamEvent,
  StreamInput,
  StreamOrder,
  StreamSound,
  StreamStep,
  WireMessage,
} from '../../spec/carrier.ts'
import type { Dialect, Open, Started } from './dialect.ts'
import { base64, inner, parseFields, text, unbase64, whole, type Fields } from './fields.ts'
import { inboundOf, outboundOf, readSound, writeSound, type Inbound, type Outbound } from './sound.ts'

interface State {
  /** Set from start to stop. */
  readonly open?: Open & { readonly outbound?: Outbound }
  /** How their sound messages are spelled, once one has come. */
  readonly inbound?: Inbound
  readonly stopped?: true
  /** Marks sent and not yet back, oldest first, each with the number of clears before it. */
  readonly pending: readonly { readonly name: string; readonly generation: number }[]
  readonly generation: number
  /** Sound messages sent. */
  readonly count: number
  /** Messages that wait for a clear to be confirmed. */
  readonly held?: readonly string[]
}

/** More marks than any playout has out at once: the carrier lost them. */
const mostMarks = 512

const nothing: readonly never[] = []

export function jsonMedia(dialect: Dialect): Pick<Stream, 'recognise' | 'begin' | 'step' | 'sound'> {
  return {
    recognise: (message) => {
      const read = 'text' in message ? parseFields(message.text) : undefined
      return read !== undefined && dialect.greets(read)
    },
    begin: (): State => ({ pending: nothing, generation: 0, count: 0 }),
    // The state is opaque to the engine; it is what `begin` or the last step returned.
    step: (state, input) => step(dialect, state as State, input),
    ...(dialect.binary ? {} : { sound: soundOf(dialect) }),
  }
}

function soundOf(dialect: Dialect): StreamSound {
  return {
    read(state, message) {
      const { open, inbound } = state as State // as with `step`
      return open && inbound && readSound(message, inbound, dialect.counted === true)
    },
    write(state, payload) {
      const { open, held } = state as State // as with `step`
      return open?.outbound && !held ? writeSound(payload, open.outbound) : undefined
    },
  }
}

function step(dialect: Dialect, state: State, input: StreamInput): StreamStep {
  if (input.type !== 'message') return order(dialect, state, input)
  if (!('text' in input.message)) return binary(dialect, state, input.message.binary)
  const read = parseFields(input.message.text)
  if (!read) return ignored(state, 'not a JSON object')
  const done = message(dialect, state, read)
  if (state.inbound || done.events[0]?.type !== 'audio') return done
  const inbound = inboundOf(input.message.text)
  return inbound ? { ...done, state: { ...state, inbound } } : done
}

// ── to the carrier ───────────────────────────────────────────────────────────────────────────────────────────────────

function order(dialect: Dialect, state: State, input: StreamOrder): StreamStep {
  const { open } = state
  const { write } = dialect
  if (input.type === 'close') return { state, events: nothing, messages: nothing }
  if (open === undefined) return ignored(state, `${input.type} while no stream is open`)
  switch (input.type) {
    case 'audio':
      return audio(dialect, state, open, input.payload)
    case 'mark':
      return write.mark
        ? mark(dialect, state, input.name, write.mark(input.name, open))
        : ignored(state, 'no marks here')
    case 'clear':
      return clear(dialect, state, open)
    case 'digits':
      return write.digits
        ? send(dialect, state, JSON.stringify(write.digits(input.digits, open)))
        : ignored(state, 'no digits on this stream')
    default:
      return input satisfies never
  }
}

function audio(dialect: Dialect, state: State, open: Open, payload: Uint8Array): StreamStep {
  if (payload.length === 0) return { state, events: nothing, messages: nothing }
  const { binary: sizeOf, write } = dialect
  if (sizeOf) return { state, events: nothing, messages: framesOf(payload, sizeOf(open.format)) }
  if (!write.audio) return ignored(state, 'no sound on this stream')
  return send(dialect, { ...state, count: state.count + 1 }, write.audio(base64(payload), open, state.count))
}

/** Whole frames; the last is filled up with silence. Copies, since the payload is the sender's. */
function framesOf(payload: Uint8Array, size: number): readonly WireMessage[] {
  if (payload.length === size) return [{ binary: payload.slice() }]
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, index) => {
    const frame = new Uint8Array(size)
    frame.set(payload.subarray(index * size, (index + 1) * size))
    return { binary: frame }
  })
}

function send(dialect: Dialect, state: State, written: string): StreamStep {
  const { held } = state
  if (!held) return { state, events: nothing, messages: [{ text: written }] }
  if (held.length < (dialect.holdAfterClear ?? 0))
    return { state: { ...state, held: [...held, written] }, events: nothing, messages: nothing }
  const released = release(state)
  return { ...released, messages: [...released.messages, { text: written }] }
}

/** What waited for the clear goes out. */
function release(state: State): { readonly state: State; readonly events: never[]; readonly messages: WireMessage[] } {
  const { held = nothing, ...rest } = state
  return { state: rest, events: [], messages: held.map((one) => ({ text: one })) }
}

function mark(dialect: Dialect, state: State, name: string, written: object): StreamStep {
  const full = state.pending.length >= mostMarks
  const kept = full ? state.pending.slice(1) : state.pending
  const marked = { ...state, pending: [...kept, { name, generation: state.generation }] }
  const sent = send(dialect, marked, JSON.stringify(written))
  return full ? { ...sent, events: [{ type: 'ignored', why: 'a mark that never came back' }] } : sent
}

/** What was held is dropped with what the carrier had. */
function clear(dialect: Dialect, state: State, open: Open): StreamStep {
  const { held: _dropped, ...rest } = state
  const next: State = { ...rest, generation: state.generation + 1 }
  return {
    state: dialect.holdAfterClear === undefined ? next : { ...next, held: nothing },
    events: nothing,
    messages: [{ text: JSON.stringify(dialect.write.clear(open)) }],
  }
}

// ── from the carrier ─────────────────────────────────────────────────────────────────────────────────────────────────

function binary(dialect: Dialect, state: State, payload: Uint8Array): StreamStep {
  if (!dialect.binary) return ignored(state, 'binary message')
  if (state.open === undefined || payload.length === 0) return ignored(state, 'sound before start')
  return told(state, { type: 'audio', payload })
}

function message(dialect: Dialect, state: State, read: Fields): StreamStep {
  const name = text(read, 'event') ?? ''
  const meaning = Object.hasOwn(dialect.events, name) ? dialect.events[name] : undefined
  if (meaning === 'greeting') return { state, events: nothing, messages: nothing }
  if (meaning === 'start') return start(dialect, state, read)
  if (state.stopped) return ignored(state, 'message after stop')
  if (state.open === undefined) return ignored(state, 'message before start')
  const named = dialect.streamOf(read)
  if (named !== undefined && named !== state.open.streamRef) return ignored(state, 'message of another stream')
  switch (meaning) {
    case 'media':
      return told(state, media(dialect, inner(read, 'media')))
    case 'digit':
      return told(state, digit(inner(read, 'dtmf')['digit'] ?? read['digit']))
    case 'mark':
      return echo(state, dialect.markOf(read))
    case 'cleared':
      return cleared(state)
    case 'stop':
      return told({ stopped: true, pending: [], generation: 0, count: 0 }, stopped(inner(read, 'stop')))
    default:
      return ignored(state, failure(read) ?? 'unknown event')
  }
}

function start(dialect: Dialect, state: State, read: Fields): StreamStep {
  if (state.open !== undefined || state.stopped) return ignored(state, 'second start')
  const started = dialect.start(read)
  if (typeof started === 'string') return ignored(state, started)
  return told({ ...state, open: openOf(dialect, started) }, { type: 'started', ...started })
}

/** Messages that count themselves are written one by one. */
function openOf({ write, counts }: Dialect, { streamRef, sends, format }: Started): NonNullable<State['open']> {
  const open: Open = { streamRef, format: sends ?? format }
  const { audio: written } = write
  if (!written || counts) return open
  const outbound = outboundOf(frameBytesOf(open.format), (payload) => written(payload, open, 0))
  return outbound ? { ...open, outbound } : open
}

function frameBytesOf({ encoding, rate, frameMs }: StreamFormat): number {
  return (rate * frameMs * (encoding === 'pcmu' || encoding === 'pcma' ? 1 : 2)) / 1_000
}

function media(dialect: Dialect, { payload: encoded, track, chunk }: Fields): StreamEvent {
  // Our own voice, which some tracks would send back.
  if (track === 'outbound') return { type: 'ignored', why: 'outbound track' }
  const payload = typeof encoded === 'string' ? unbase64(encoded) : undefined
  if (!payload) return { type: 'ignored', why: 'media without base64 payload' }
  const sequence = dialect.counted ? whole(chunk) : undefined
  return { type: 'audio', payload, ...(sequence === undefined ? {} : { sequence }) }
}

function digit(pressed: unknown): StreamEvent {
  const key = typeof pressed === 'number' ? String(pressed) : pressed
  if (typeof key !== 'string' || !/^[\dA-D*#]$/i.test(key)) return { type: 'ignored', why: 'unknown digit' }
  return { type: 'digit', digit: key.toUpperCase() }
}

/** Marks sent before the latest clear were dropped, not played. */
function echo(state: State, name: unknown): StreamStep {
  const at = state.pending.findIndex((one) => one.name === name)
  const found = state.pending[at]
  if (!found) return ignored(state, 'mark that was not sent')
  const dropped = found.generation < state.generation
  return told(
    { ...state, pending: state.pending.toSpliced(at, 1) },
    { type: 'mark', name: found.name, cleared: dropped },
  )
}

/** The carrier has cleared: marks from before will not come back, and what was held may go. */
function cleared(state: State): StreamStep {
  const dropped = state.pending.filter((one) => one.generation < state.generation)
  const released = release({ ...state, pending: state.pending.filter((one) => one.generation === state.generation) })
  return { ...released, events: dropped.map(({ name }) => ({ type: 'mark', name, cleared: true })) }
}

function stopped(details: Fields): StreamEvent {
  const cause = text(details, 'reason')
  return { type: 'stopped', ...(cause === undefined ? {} : { cause }) }
}

/** What carriers say in an event of their own when they could not use one of our messages. */
function failure(read: Fields): string | undefined {
  const said = inner(read, 'payload')
  const why = text(read, 'reason') ?? text(said, 'detail') ?? text(said, 'title')
  return why === undefined ? undefined : `the carrier says: ${why.slice(0, 200)}`
}

function told(state: State, event: StreamEvent): StreamStep {
  return { state, events: [event], messages: nothing }
}

function ignored(state: State, why: string): StreamStep {
  return told(state, { type: 'ignored', why })
}
