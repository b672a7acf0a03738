/** Twilio's media socket as a pure step: JSON text in, JSON text out (docs: media streams, WebSocket messages). */
import { isFields, parseFields, type Fields } from '../../../protocols/json-media/fields.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream, StreamEvent, StreamInput, StreamOrder, StreamStep, WireMessage } from '../../../spec/carrier.ts'
import { base64, readMedia, templateOf, unbase64, writeMedia, type Template } from './media.ts'
import { isSid } from './rest.ts'

/** Twilio buffers what it is sent and plays it in real time; a lead covers the jitter of the way, and `clear` takes it back. */
const format: StreamFormat = { encoding: 'pcmu', rate: 8_000, frameMs: 20, leadMs: 400 }

export const stream: Stream = {
  formats: [format],
  marks: true,
  signed: true,
  recognise,
  begin: (): State => ({ pending: [], generation: 0 }),
  // The state is opaque to the engine; it is what `begin` or the last step returned.
  step: (state, input) => step(state as State, input),
  sound: {
    read(state, text) {
      const { open } = state as State
      return open && readMedia(text, open.template)
    },
    write(state, payload) {
      const { open } = state as State
      return open && writeMedia(payload, open.template)
    },
  },
}

interface State {
  /** Set from `start` to `stop`. */
  readonly open?: {
    readonly streamSid: string
    /** Text of an outbound media message up to its payload. */
    readonly prefix: string
    readonly template: Template
  }
  readonly stopped?: true
  /** Marks sent and not yet echoed, oldest first, each with the number of clears before it. */
  readonly pending: readonly { readonly name: string; readonly generation: number }[]
  readonly generation: number
}

/** More unechoed marks than any playout has: Twilio lost them. */
const mostMarks = 512

const nothing: readonly never[] = []

function recognise(message: WireMessage): boolean {
  const read = 'text' in message ? parseFields(message.text) : undefined
  // Others say `connected` too; few name this protocol.
  if (read?.['event'] === 'connected') return read['protocol'] === 'Call'
  const details = read?.['event'] === 'start' ? read['start'] : undefined
  if (!isFields(details) || 'session' in details || 'sessionToken' in details) return false
  return typeof details['callSid'] === 'string' && isSid('CA', details['callSid'])
}

function step(state: State, input: StreamInput): StreamStep {
  if (input.type !== 'message') return order(state, input)
  if (!('text' in input.message)) return ignored(state, 'binary message')
  return message(state, parseFields(input.message.text))
}

function order(state: State, input: StreamOrder): StreamStep {
  const { open } = state
  if (input.type === 'close') return { state, events: nothing, messages: nothing }
  if (!open) return ignored(state, `${input.type} while no stream is open`)
  switch (input.type) {
    case 'audio':
      if (input.payload.length === 0) return { state, events: nothing, messages: nothing }
      return { state, events: nothing, messages: [{ text: `${open.prefix}${base64(input.payload)}"}}` }] }
    case 'mark':
      return mark(state, open.streamSid, input.name)
    case 'clear':
      return {
        state: { ...state, generation: state.generation + 1 },
        events: nothing,
        messages: [{ text: JSON.stringify({ event: 'clear', streamSid: open.streamSid }) }],
      }
    case 'digits':
      return ignored(state, 'Twilio takes no digits on a stream')
    default:
      return input satisfies never
  }
}

function mark(state: State, streamSid: string, name: string): StreamStep {
  const full = state.pending.length >= mostMarks
  const kept = full ? state.pending.slice(1) : state.pending
  return {
    state: { ...state, pending: [...kept, { name, generation: state.generation }] },
    events: full ? [{ type: 'ignored', why: 'a mark that never came back' }] : nothing,
    messages: [{ text: JSON.stringify({ event: 'mark', streamSid, mark: { name } }) }],
  }
}

function message(state: State, read: Fields | undefined): StreamStep {
  if (!read) return ignored(state, 'not a JSON object')
  if (read['event'] === 'connected') return { state, events: nothing, messages: nothing }
  if (read['event'] === 'start') return start(state, read)
  if (state.stopped) return ignored(state, 'message after stop')
  if (!state.open) return ignored(state, 'message before start')
  if (read['streamSid'] !== state.open.streamSid) return ignored(state, 'message of another stream')
  switch (read['event']) {
    case 'media':
      return told(state, media(read['media']))
    case 'dtmf':
      return told(state, digit(read['dtmf']))
    case 'mark':
      return echo(state, read['mark'])
    case 'stop':
      return told({ stopped: true, pending: [], generation: state.generation }, { type: 'stopped' })
    default:
      return ignored(state, 'unknown event')
  }
}

function start(state: State, read: Fields): StreamStep {
  if (state.open || state.stopped) return ignored(state, 'second start')
  const details = read['start']
  if (!isFields(details)) return ignored(state, 'start without details')
  const { callSid, accountSid } = details
  const streamSid = read['streamSid'] ?? details['streamSid']
  if (typeof streamSid !== 'string' || !isSid('MZ', streamSid)) return ignored(state, 'start without a stream id')
  if (typeof callSid !== 'string' || !isSid('CA', callSid)) return ignored(state, 'start without a call id')
  if (!isMulaw(details['mediaFormat'])) return ignored(state, 'start with a format other than 8 kHz mu-law')
  const parameters = strings(details['customParameters'])
  const prefix = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"`
  const opened = { ...state, open: { streamSid, prefix, template: templateOf(streamSid, prefix) } }
  return told(opened, {
    type: 'started',
    ref: callSid,
    streamRef: streamSid,
    ...(typeof accountSid === 'string' ? { account: accountSid } : {}),
    ...(parameters['token'] ? { token: parameters['token'] } : {}),
    parameters,
    data: {
      ...{ stream_id: streamSid, call_id: callSid },
      ...(typeof accountSid === 'string' ? { account_sid: accountSid } : {}),
      body: parameters,
    },
    format,
  })
}

/** A start that names no format has the only one there was for years. */
function isMulaw(named: unknown): boolean {
  if (named === undefined) return true
  return isFields(named) && named['encoding'] === 'audio/x-mulaw' && Number(named['sampleRate']) === 8_000
}

function strings(values: unknown): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = Object.create(null)
  if (isFields(values))
    for (const [name, value] of Object.entries(values)) if (typeof value === 'string') parameters[name] = value
  return { ...parameters }
}

/** `chunk` counts media alone, `sequenceNumber` every message: only the first has no gaps when a key is pressed. */
function media(read: unknown): StreamEvent {
  if (!isFields(read)) return { type: 'ignored', why: 'media without details' }
  const { payload: encoded, track, chunk, timestamp } = read
  // Our own voice, which `both_tracks` would send back.
  if (track === 'outbound') return { type: 'ignored', why: 'outbound track' }
  const payload = typeof encoded === 'string' ? unbase64(encoded) : undefined
  if (!payload) return { type: 'ignored', why: 'media without base64 payload' }
  const sequence = whole(chunk)
  const timestampMs = whole(timestamp)
  return {
    type: 'audio',
    payload,
    ...(sequence === undefined ? {} : { sequence }),
    ...(timestampMs === undefined ? {} : { timestampMs }),
  }
}

function digit(read: unknown): StreamEvent {
  const pressed = isFields(read) ? read['digit'] : undefined
  if (typeof pressed !== 'string' || !/^[\dA-D*#]$/i.test(pressed)) return { type: 'ignored', why: 'unknown digit' }
  return { type: 'digit', digit: pressed.toUpperCase() }
}

/** A clear returns all pending marks at once: marks sent before the latest clear were dropped, not played. */
function echo(state: State, read: unknown): StreamStep {
  const name = isFields(read) ? read['name'] : undefined
  const at = state.pending.findIndex((one) => one.name === name)
  const found = state.pending[at]
  if (!found) return ignored(state, 'mark that was not sent')
  const cleared = found.generation < state.generation
  return told({ ...state, pending: state.pending.toSpliced(at, 1) }, { type: 'mark', name: found.name, cleared })
}

/** Twilio writes numbers as strings. */
function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

function told(state: State, event: StreamEvent): StreamStep {
  return { state, events: [event], messages: nothing }
}

function ignored(state: State, why: string): StreamStep {
  return told(state, { type: 'ignored', why })
}
