/** The dialect of the link between a SIP call's sound and the engine: numbered frames in, bare frames out, the rest as JSON. Pure. */
import { z } from 'zod'
import { jsonIn } from '../../../lib/json.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream, StreamEvent, StreamInput, StreamStep, WireMessage } from '../../../spec/carrier.ts'

const frames = z.literal([10, 20, 30, 40, 50, 60])
const rates = z.literal([8000, 16_000, 24_000, 48_000])

/** First over every link: which call, in which codec. */
const start = z.object({
  type: z.literal('start'),
  ref: z.string(),
  streamRef: z.string(),
  format: z.object({ encoding: z.enum(['pcmu', 'pcma', 'g722', 'opus', 'l16be']), rate: rates, frameMs: frames }),
})

/** What else comes over the link as text. */
const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('digit'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.object({ type: z.literal('stop'), cause: z.string().optional() }),
])

/** What the engine says as text. */
const wanted = z.object({ type: z.literal('digits'), digits: z.string() })

export type Start = z.output<typeof start>
export type Said = z.output<typeof said>
export type Wanted = z.output<typeof wanted>

interface State {
  readonly started?: true
  readonly stopped?: true
}

const frameMs = 20

export const stream: Stream = {
  formats: [
    { encoding: 'pcmu', rate: 8000, frameMs },
    { encoding: 'pcma', rate: 8000, frameMs },
    { encoding: 'g722', rate: 16_000, frameMs },
    { encoding: 'opus', rate: 16_000, frameMs },
    { encoding: 'l16be', rate: 8000, frameMs },
    { encoding: 'l16be', rate: 16_000, frameMs },
  ] satisfies StreamFormat[],
  marks: false,
  // What was sent is on its way over the network: nothing waits that could be taken back.
  clears: false,
  // The jitter buffer has waited already: a number that is missing here will not come.
  patience: 0,
  // Links are made in this process: no socket of a stranger speaks this.
  recognise: () => false,
  begin: (): State => ({}),
  step: (state, input) => step(state as State, input), // made by begin, or by the step before
}

export function text(message: Start | Said): WireMessage & { readonly text: string } {
  return { text: JSON.stringify(message) }
}

const numberLength = 4

/** A frame of the caller's: `number` rises by one, and by more where frames were lost. */
export function frame(number: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(numberLength + payload.length)
  bytes.writeUInt32BE(number % 0x1_0000_0000)
  bytes.set(payload, numberLength)
  return bytes
}

/** What the engine says over the link as text; undefined for what is no word of this dialect. */
export function readWanted(json: string): Wanted | undefined {
  const word = wanted.safeParse(jsonIn(json))
  return word.success ? word.data : undefined
}

function step(state: State, input: StreamInput): StreamStep {
  switch (input.type) {
    case 'message':
      return 'text' in input.message ? told(state, input.message.text) : heard(state, input.message.binary)
    case 'audio':
      return { state, events: [], messages: isOpen(state) ? [{ binary: input.payload }] : [] }
    case 'digits': {
      const word: Wanted = { type: 'digits', digits: input.digits }
      return { state, events: [], messages: isOpen(state) ? [{ text: JSON.stringify(word) }] : [] }
    }
    case 'clear':
    case 'mark':
    case 'close':
      return { state, events: [], messages: [] }
    default:
      return input satisfies never
  }
}

function isOpen({ started, stopped }: State): boolean {
  return started === true && !stopped
}

function heard(state: State, bytes: Uint8Array): StreamStep {
  if (!isOpen(state) || bytes.length < numberLength) return ignored(state, 'no frame of an open link')
  const sequence = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { state, events: [{ type: 'audio', payload: bytes.subarray(numberLength), sequence }], messages: [] }
}

function told(state: State, json: string): StreamStep {
  const message = jsonIn(json)
  const begun = state.started ? undefined : start.safeParse(message)
  if (begun?.success) {
    const { ref, streamRef, format } = begun.data
    const started: StreamEvent = { type: 'started', ref, streamRef, parameters: {}, format }
    return { state: { started: true }, events: [started], messages: [] }
  }
  const word = said.safeParse(message)
  if (!word.success || !isOpen(state)) return ignored(state, 'no word of this link')
  if (word.data.type === 'digit') return { state, events: [word.data], messages: [] }
  const { cause } = word.data
  const stopped: StreamEvent = { type: 'stopped', ...(cause === undefined ? {} : { cause }) }
  return { state: { ...state, stopped: true }, events: [stopped], messages: [] }
}

function ignored(state: State, why: string): StreamStep {
  return { state, events: [{ type: 'ignored', why }], messages: [] }
}
