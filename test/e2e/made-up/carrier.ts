/** Meridian, a carrier that does not exist: JSON webhooks, L16 sound in binary messages, control in lines of text. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type {
  CarrierSpec,
  Report,
  SetUp,
  Stream,
  StreamEvent,
  StreamOrder,
  StreamStep,
  Urls,
  Verdict,
  WireMessage,
} from '../../../src/spec/carrier.ts'
import { OffhookError } from '../../../src/spec/errors.ts'
import type { InboundRequest, Operation, Reply } from '../../../src/spec/http.ts'
import { field } from '../../../src/spec/provider.ts'

const settings = z.object({
  tenant: field(z.string().min(1), { title: 'Tenant', account: true }),
  secret: field(z.string().min(8), { title: 'Signing secret', secret: true }),
  api: field(z.url(), { title: 'API address' }),
  line: field(z.string().optional(), { title: 'Line made by us', managed: true }),
})

type Settings = z.output<typeof settings>

const format = { encoding: 'l16le', rate: 8000, frameMs: 20, leadMs: 200 } as const

export const meridian: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'meridian',
  label: 'Meridian',
  settings,
  webhook: {
    identify: (request) => {
      const { tenant } = fieldsOf(request)
      return tenant ? { account: tenant } : {}
    },
    verify,
    decode,
    acknowledge: () => json(200, {}),
    refuse: (error) => json(error.status, { do: 'reject', why: error.code }),
  },
  control: {
    commands: ['answer', 'reject', 'hangup', 'send-digits'],
    encode(command, call, config, { urls }) {
      switch (command.type) {
        case 'answer':
          return {
            by: 'reply',
            reply: json(200, { do: 'stream', to: urls.media(), events: urls.webhook(`event/${call.id}`) }),
          }
        case 'reject':
          return { by: 'reply', reply: json(200, { do: 'reject', why: command.reason }) }
        case 'send-digits':
          return { by: 'stream', orders: [{ type: 'digits', digits: command.digits }] }
        case 'hangup':
          return { by: 'http', operation: hangup(call.ref ?? '', config) }
        default:
          return { by: 'unsupported', why: `Meridian cannot ${command.type}` }
      }
    },
  },
  stream: meridianStream(),
  setUp,
}

export function signatureOf(secret: string, body: string | Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

/** A line brings calls to an address: made once, then changed. */
function* setUp({ voice }: Urls, { api, line }: Settings): Operation<SetUp> {
  const method = line === undefined ? 'POST' : 'PUT'
  const { status, body } = yield { method, url: `${api}/lines/${line ?? ''}`, headers: {}, body: voice }
  if (status > 299) throw new OffhookError('carrier.failed', `Meridian answered ${status}: look at the API address`)
  const made = line ?? new TextDecoder().decode(body)
  return { settings: { line: made }, notes: [`Line ${made} leads here.`] }
}

function verify(request: InboundRequest, config: Settings): Verdict {
  const given = Buffer.from(request.headers['x-meridian-signature'] ?? '')
  if (given.length === 0 || config.secret === '')
    return { ok: false, why: 'missing', message: 'X-Meridian-Signature is missing' }
  const wanted = Buffer.from(signatureOf(config.secret, request.body))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
    ? { ok: true }
    : { ok: false, why: 'invalid', message: 'X-Meridian-Signature does not fit' }
}

function decode(request: InboundRequest): readonly Report[] {
  const { call: ref, from, to, state } = fieldsOf(request)
  if (!ref) return []
  if (request.segments[0] === 'voice') return [{ type: 'call.offered', ref, from: from ?? '', to: to ?? '' }]
  if (state === 'over') return [{ type: 'call.status', ref, status: 'completed', raw: state }]
  return []
}

function* hangup(ref: string, config: Settings) {
  const { status } = yield {
    method: 'DELETE' as const,
    url: `${config.api}/calls/${encodeURIComponent(ref)}`,
    headers: {},
  }
  return status === 404 ? { gone: true } : {}
}

function fieldsOf(request: InboundRequest): Readonly<Record<string, string | undefined>> {
  const parsed = z.record(z.string(), z.string()).safeParse(request.json)
  return parsed.success ? parsed.data : {}
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

interface State {
  readonly call: 'awaited' | 'open' | 'over'
  /** Marks it has not returned, each with the number of clears before it. */
  readonly marks: readonly { readonly name: string; readonly clears: number }[]
  readonly clears: number
}

/** `MERIDIAN <call> <tenant>`, then sound in binary; `KEY 5`, `MARK x`, `OVER` from there; `KEYS 12`, `MARK x`, `CLEAR` from us. */
function meridianStream(): Stream {
  return {
    formats: [format],
    marks: true,
    recognise: (message) => 'text' in message && message.text.startsWith('MERIDIAN '),
    begin: (): State => ({ call: 'awaited', marks: [], clears: 0 }),
    step: (state, input) =>
      input.type === 'message' ? heard(state as State, input.message) : order(state as State, input), // what `begin` or a step returned
  }
}

const told = (state: State, ...events: StreamEvent[]): StreamStep => ({ state, events, messages: [] })
const say = (state: State, text: string): StreamStep => ({ state, events: [], messages: [{ text }] })

function order(state: State, input: StreamOrder): StreamStep {
  const { call, marks, clears } = state
  if (call !== 'open') return told(state)
  switch (input.type) {
    case 'audio':
      return { state, events: [], messages: [{ binary: input.payload }] }
    case 'mark':
      return say({ ...state, marks: [...marks, { name: input.name, clears }] }, `MARK ${input.name}`)
    case 'clear':
      return say({ ...state, clears: clears + 1 }, 'CLEAR')
    case 'digits':
      return say(state, `KEYS ${input.digits}`)
    case 'close':
      return told(state)
    default:
      return input satisfies never
  }
}

function heard(state: State, message: WireMessage): StreamStep {
  if ('text' in message) return word(state, message.text)
  return told(state, state.call === 'open' ? { type: 'audio', payload: message.binary } : ignored)
}

const ignored: StreamEvent = { type: 'ignored', why: 'not the time or the word for it' }

function word(state: State, text: string): StreamStep {
  const [name, one = '', two = ''] = text.split(' ')
  if (state.call === 'awaited' && name === 'MERIDIAN' && one) {
    const stream = { streamRef: `stream-${one}`, account: two, parameters: {}, format }
    return told({ ...state, call: 'open' }, { type: 'started', ref: one, ...stream })
  }
  if (state.call !== 'open') return told(state, ignored)
  if (name === 'KEY' && one) return told(state, { type: 'digit', digit: one })
  if (name === 'OVER') return told({ ...state, call: 'over' }, { type: 'stopped' })
  const mark = name === 'MARK' ? state.marks.find((kept) => kept.name === one) : undefined
  if (!mark) return told(state, ignored)
  const marks = state.marks.filter((kept) => kept !== mark)
  return told({ ...state, marks }, { type: 'mark', name: one, cleared: mark.clears < state.clears })
}
