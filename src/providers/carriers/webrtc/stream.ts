/** The dialect of a browser's media link: RTP packets in, bare frames out, the rest as JSON. Pure, with memory. */
import { readDigit, type Digits } from '../../../protocols/rtp/digits.ts'
import { readRtp } from '../../../protocols/rtp/packet.ts'
import { extend, noSequence, type Sequence } from '../../../protocols/rtp/sequence.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream, StreamEvent, StreamInput, StreamStep, WireMessage } from '../../../spec/carrier.ts'

/** First over every link: which call, in which codec. */
export interface Start {
  readonly type: 'start'
  readonly ref: string
  readonly streamRef: string
  readonly format: StreamFormat
  /** RTP payload types of sound, and of keys where they were agreed on. */
  readonly sound: number
  readonly keys?: readonly number[]
}

/** What else comes over the link as text. */
export type Said =
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'stop'; readonly cause?: string }

interface State {
  readonly start?: Start
  readonly sequence: Sequence
  readonly digits: Digits
}

const frameMs = 20

const formats: readonly StreamFormat[] = [
  { encoding: 'opus', rate: 16_000, frameMs },
  { encoding: 'pcmu', rate: 8000, frameMs },
]

export const stream: Stream = {
  formats,
  marks: false,
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
      return { state, events: [], messages: [{ binary: input.payload }] }
    // Nothing of ours waits at a browser beyond the frame that is on its way.
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
  const message = JSON.parse(json) as Start | Said // written by `text` above
  switch (message.type) {
    case 'start': {
      const { ref, streamRef, format } = message
      const started: StreamEvent = { type: 'started', ref, streamRef, parameters: {}, format }
      return { state: { ...state, start: message }, events: [started], messages: [] }
    }
    case 'digit':
      return { state, events: [message], messages: [] }
    case 'stop':
      return { state, events: [{ type: 'stopped', ...(message.cause ? { cause: message.cause } : {}) }], messages: [] }
    default:
      return message satisfies never
  }
}

function packet(state: State, bytes: Uint8Array): StreamStep {
  const rtp = readRtp(bytes)
  if (!rtp || !state.start) return ignored(state, 'no RTP packet')
  if (state.start.keys?.includes(rtp.payloadType)) {
    const { state: digits, digit } = readDigit(state.digits, rtp.payload, rtp.timestamp)
    return { state: { ...state, digits }, events: digit ? [{ type: 'digit', digit }] : [], messages: [] }
  }
  if (rtp.payloadType !== state.start.sound) return ignored(state, `payload type ${rtp.payloadType} was not agreed on`)
  const { state: sequence, number } = extend(state.sequence, rtp.sequence, rtp.source)
  return {
    state: { ...state, sequence },
    events: [{ type: 'audio', payload: rtp.payload, sequence: number }],
    messages: [],
  }
}

function ignored(state: State, why: string): StreamStep {
  return { state, events: [{ type: 'ignored', why }], messages: [] }
}
