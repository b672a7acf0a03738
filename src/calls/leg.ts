/** The media of one call: a carrier's socket on one side, samples on the other. One call stack per frame, both ways. */
import type { Line } from '../conversation/contract.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { Socket } from '../lib/socket/socket.ts'
import { codecFor } from '../media/codecs/index.ts'
import type { OpenCodec } from '../media/codecs/open.ts'
import type { CarrierPlayout, PlayoutTap } from '../media/playout-options.ts'
import { createPlayout } from '../media/playout.ts'
import { createSource } from '../media/port.ts'
import type { AudioSink, StreamFormat } from '../spec/audio.ts'
import type { Stream, StreamEvent, StreamOrder, WireMessage } from '../spec/carrier.ts'
import { wireInput, type Inputs } from './inputs.ts'
import { noteStep, type LineNotes } from './noting.ts'
import { reorder } from './reorder.ts'

export interface LegOptions {
  readonly socket: Socket
  readonly stream: Stream
  /** The translator's memory after the start message. */
  readonly state: unknown
  readonly format: StreamFormat
  /** How our sound is written; default: as `format` says. */
  readonly sends?: StreamFormat
  /** For lines whose codec is opened beforehand and repairs losses; default: that of `format`, which repairs nothing. */
  readonly codec?: OpenCodec
  readonly streamRef: string
  readonly inputs: Inputs
  /** Paces what is sent: the process's own clock, whose ticks all calls share, or the call's when its inputs are kept. */
  readonly pace: Clock
  readonly logger: Logger
  /** Copies of what the caller says and hears: the recorder. */
  readonly taps: { readonly said?: AudioSink; readonly heard?: PlayoutTap }
  /** What passes is noted or counted here, for people to read. */
  readonly notes?: LineNotes
  readonly onDigit: (digit: string) => void
  /** The stream ended in order. */
  readonly onStopped: (cause?: string) => void
  /** The socket went without a word of the carrier's; `orderly`: it was closed, not broken. */
  readonly onLost: (cause: string, orderly: boolean) => void
  readonly count: (name: string) => void
}

export interface Leg extends Line {
  readonly speaker: CarrierPlayout
  readonly streamRef: string
  order(order: StreamOrder): void
  /** Messages that were read before the leg existed. */
  receive(message: WireMessage): void
  close(reason: string): void
  toString(): string
}

/** Bound of sound that waits for the carrier, ms: a speaker that synthesises a long answer at once fits. */
const longestQueue = 300_000

/** What a live source may be late and still be sent at once, where the far side can take that, ms. */
const longestStall = 250

/** How long sound waits for a message that was overtaken, ms. */
const longestGap = 200

export function openLeg(options: LegOptions): Leg {
  const { socket, format, inputs } = options
  const translator = translatorOf(options)
  const source = createSource(format.rate)
  let over = false

  const order = (wanted: StreamOrder): void => {
    if (!over) for (const event of translator.step(wanted)) happen(event)
  }
  const say = (payload: Uint8Array): void => {
    if (!over && !translator.say(payload)) order({ type: 'audio', payload })
  }
  const speaker = speakerOf(options, order, say)
  const end = (): boolean => {
    if (over) return false
    over = true
    speaker.close()
    options.notes?.[Symbol.dispose]()
    return true
  }
  const happen = listenerOf(options, source, speaker, (cause) => {
    if (end()) options.onStopped(cause)
  })
  const receive = (message: WireMessage): void => {
    if (!over) for (const event of translator.step({ type: 'message', message })) happen(event)
  }

  // A line that is over, or was replaced by a newer one, says nothing more: what it would say is no input.
  socket.onMessage((message) => {
    if (over) return
    // What waits its turn must be kept, and what is found here is good only for now.
    const sound = message.binary || inputs.busy ? undefined : translator.hear(message.data)
    if (sound) return inputs.take('wire', unkept, () => happen(sound))
    const wire = wireOf(message)
    inputs.take(
      'wire',
      () => wireInput(wire),
      () => receive(wire),
    )
  })
  socket.onClose(({ code, reason }) => {
    if (over) return
    inputs.take(
      'closed',
      () => ({ code, reason }),
      () => {
        // 1005: closed without a code.
        if (end()) options.onLost(reason ? `${code} ${reason}` : String(code), code === 1000 || code === 1005)
      },
    )
  })
  const close = (reason: string): void => {
    if (!end()) return
    translator.close()
    socket.close(1000, reason)
  }
  return {
    ...{ microphone: source, speaker, streamRef: options.streamRef, order, receive, close },
    toString: () => String(speaker),
  }
}

/** The short way is not gone when somebody keeps the inputs. */
const unkept = (): null => null

interface Translator {
  step(input: StreamInput): readonly StreamEvent[]
  /** Sound by the short way; undefined: to be stepped. */
  hear(text: Uint8Array): (StreamEvent & { readonly type: 'audio' }) | undefined
  /** Sends sound by the short way; false: to be stepped. */
  say(payload: Uint8Array): boolean
  /** Says what the carrier wants to hear before the socket closes. */
  close(): void
}

type StreamInput = Parameters<Stream['step']>[1]

/** The carrier's dialect with its memory; what it says goes out at once. */
function translatorOf({ socket, stream, inputs, count, notes, state: first }: LegOptions): Translator {
  let state = first
  const sound = inputs.kept ? undefined : stream.sound
  const send = (message: WireMessage): boolean => {
    inputs.note('sent', () => wireInput(message))
    return socket.send('text' in message ? message.text : message.binary)
  }
  return {
    step: (input) => {
      const result = stream.step(state, input)
      state = result.state
      if (notes) noteStep(notes, input, result)
      for (const message of result.messages) if (!send(message)) count('media.congested')
      return result.events
    },
    hear(text) {
      const heard = sound?.read(state, text)
      if (heard && notes) {
        notes.counts.framesIn++
        notes.counts.bytesIn += text.length
      }
      return heard
    },
    say(payload) {
      const message = sound?.write(state, payload)
      if (!message) return false
      if (!socket.send(message, false)) count('media.congested')
      if (notes) {
        notes.counts.framesOut++
        notes.counts.bytesOut += message.length
      }
      return true
    },
    close: () => {
      for (const message of stream.step(state, { type: 'close' }).messages) {
        notes?.note('out', message)
        send(message)
      }
    },
  }
}

function speakerOf(
  options: LegOptions,
  order: (wanted: StreamOrder) => void,
  say: (payload: Uint8Array) => void,
): CarrierPlayout {
  const { format, stream, taps } = options
  const { clears = true } = stream
  // Every socket copies what it sends; only a recording keeps it.
  const reuse = options.inputs.kept ? undefined : 'reuse'
  const encode = options.codec?.encode ?? codecFor(options.sends ?? format).encoder(reuse)
  return createPlayout({
    clock: options.pace,
    rate: format.rate,
    frameMs: format.frameMs,
    // What cannot be taken back will be heard: a caller who interrupts must not hear much of it.
    leadMs: clears ? (format.leadMs ?? 0) : 0,
    // Without a lead there is no buffer of the carrier's for our stalls to fill up, but one of the caller's own that shrinks again.
    ...(clears ? {} : { liveCatchUpMs: longestStall }),
    limitMs: longestQueue,
    send: (frame) => say(encode(frame)),
    ...(clears ? { sendClear: () => order({ type: 'clear' }) } : {}),
    ...(taps.heard ? { tap: taps.heard } : {}),
    to: `${options.streamRef} ${format.encoding}/${format.rate}`,
    ...(stream.marks ? { probe: true, sendMark: (name: string) => order({ type: 'mark', name }) } : {}),
  })
}

/** What the carrier's events mean here. */
function listenerOf(
  options: LegOptions,
  source: ReturnType<typeof createSource>,
  speaker: CarrierPlayout,
  stop: (cause?: string) => void,
): (event: StreamEvent) => void {
  const { format, taps, logger, count, codec } = options
  const decode = codec?.decode ?? codecFor(format).decoder()
  const emit = (pcm: Int16Array): void => {
    taps.said?.write(pcm)
    source.emit(pcm)
  }
  const hear = (payload: Uint8Array): void => emit(decode(payload))
  const inOrder = reorder<Uint8Array>(
    Math.ceil((options.stream.patience ?? longestGap) / format.frameMs),
    (payload, missing) => {
      if (missing > 0 && codec) emit(codec.conceal(missing, payload))
      hear(payload)
    },
    (payload) => payload.slice(),
  )
  return (event) => {
    switch (event.type) {
      case 'audio':
        if (event.sequence === undefined) return hear(event.payload)
        if (!inOrder.take(event.sequence, event.payload)) count('media.ignored')
        return
      case 'mark':
        return speaker.marked(event.name, event.cleared)
      case 'digit':
        return options.onDigit(event.digit)
      case 'flow':
        return event.paused ? speaker.pause() : speaker.resume()
      case 'stopped':
        return stop(event.cause)
      case 'started':
        return
      case 'ignored':
        count('media.ignored')
        return logger.debug('wire message ignored', { why: event.why })
      default:
        event satisfies never
    }
  }
}

export function wireOf(message: { readonly data: Buffer; readonly binary: boolean }): WireMessage {
  return message.binary ? legible(message.data) : { text: message.data.toString('utf8') }
}

/** Some servers on the way pass texts on as bytes: what is an object in JSON was one. Sound never is. */
export function legible(bytes: Uint8Array): WireMessage {
  if (bytes[0] !== brace.open || bytes.at(-1) !== brace.close) return { binary: bytes }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  try {
    JSON.parse(text)
    return { text }
  } catch {
    return { binary: bytes } // sound that begins and ends so
  }
}

const brace = { open: 0x7b, close: 0x7d } as const
