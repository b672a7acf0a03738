/** The dialect of a browser's media link: RTP packets in, bare frames out, the rest as JSON. Pure, with memory. */
import { z } from 'zod'
import { jsonIn } from '../../../lib/json.ts'
import { readDigit, type Digits } from '../../../protocols/rtp/digits.ts'
import { readRtp } from '../../../protocols/rtp/packet.ts'
import { extend, noSequence, type Sequence } from '../../../protocols/rtp/sequence.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream, StreamEvent, StreamInput, StreamStep, WireMessage } from '../../../spec/carrier.ts'

const frameMs = 20
const rates = [8000, 16_000, 24_000, 48_000] as const

/** First over every link: which call, in which codec. */
const start = z.object({
  type: z.literal('start'),
  ref: z.string(),
  streamRef: z.string(),
  format: z.union([
    z.object({ encoding: z.literal('opus'), rate: z.literal(rates), frameMs: z.literal(frameMs) }),
    z.object({ encoding: z.literal('pcmu'), rate: z.literal(8000), frameMs: z.literal(frameMs) }),
  ]),
  /** RTP payload types of sound, and of keys where they were agreed on. */
  sound: z.number().int(),
  keys: z.array(z.number().int()).readonly(),
})

/** What else comes over the link as text. */
const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('digit'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.object({ type: z.literal('stop'), cause: z.string().optional() }),
])

export type Start = z.output<typeof start>
export type Said = z.output<typeof said>

interface State {
  readonly start?: Start
  readonly stopped?: true
  readonly sequence: Sequence
  readonly digits: Digits
}

const formats: readonly StreamFormat[] = [
  { encoding: 'pcmu', rate: 8000, frameMs },
  ...rates.map((rate) => ({ encoding: 'opus', rate, frameMs }) as const),
]

export const stream: Stream = {
  formats,
  marks: false,
  // Nothing of ours waits at a browser beyond the frame that is on its way.
  clears: false,
  // Three frames: later than that, concealment hurts less than waiting.
  patience: 60,
  // Links are made by the listener in this process: no socket of a stranger speaks this.
  recognise: () => false,
  begin: (): State => ({ sequence: noSequence, digits: {} }),
  step: (state, input) => step(state as State, input), // made by begin, or by the step before
}

export function text(message: Start | Said): WireMessage {
  return { text: JSON.stringify(message) }
}

function step(state: State, input: StreamInput): StreamStep {
  switch (input.type) {
    case 'message':
      return 'text' in input.message ? told(state, input.message.text) : packet(state, input.message.binary)
    case 'audio':
      return { state, events: [], messages: state.start && !state.stopped ? [{ binary: input.payload }] : [] }
    case 'clear':
    case 'mark':
    case 'digits':
    case 'close':
      return { state, events: [], messages: [] }
    default:
      return input satisfies never
  }
}

function told(state: State, json: string): StreamStep {
  const message = jsonIn(json)
  const word = said.safeParse(message)
  if (word.success && state.start) return heard(state, word.data)
  const begun = state.start ? undefined : start.safeParse(message)
  if (!begun?.success) return ignored(state, 'no word of this link')
  const { ref, streamRef, format } = begun.data
  const started: StreamEvent = { type: 'started', ref, streamRef, parameters: {}, format }
  return { state: { ...state, start: begun.data }, events: [started], messages: [] }
}

function heard(state: State, word: Said): StreamStep {
  if (state.stopped) return ignored(state, 'the stream was stopped')
  if (word.type === 'digit') return { state, events: [word], messages: [] }
  const stopped: StreamEvent = { type: 'stopped', ...(word.cause ? { cause: word.cause } : {}) }
  return { state: { ...state, stopped: true }, events: [stopped], messages: [] }
}

function packet(state: State, bytes: Uint8Array): StreamStep {
  const rtp = readRtp(bytes)
  if (!rtp || !state.start) return ignored(state, 'no RTP packet')
  if (state.stopped) return ignored(state, 'the stream was stopped')
  if (state.start.keys.includes(rtp.payloadType)) {
    const { state: digits, digit } = readDigit(state.digits, rtp.payload, rtp.timestamp)
    return { state: { ...state, digits }, events: digit ? [{ type: 'digit', digit }] : [], messages: [] }
  }
  if (rtp.payloadType !== state.start.sound) return ignored(state, `payload type ${rtp.payloadType} was not agreed on`)
  const { state: sequence, number } = extend(state.sequence, rtp.sequence, rtp.source)
  const sound: StreamEvent = { type: 'audio', payload: rtp.payload, sequence: number }
  return { state: { ...state, sequence }, events: [sound], messages: [] }
}

function ignored(state: State, why: string): StreamStep {
  return { state, events: [{ type: 'ignored', why }], messages: [] }
}
