/** Meridian, a carrier that does not exist: JSON webhooks, L16 sound in binary messages, control in lines of text. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { CarrierSpec, Report, Stream, StreamEvent, StreamStep, Verdict } from '../../../src/spec/carrier.ts'
import type { InboundRequest, Reply } from '../../../src/spec/http.ts'
import { field } from '../../../src/spec/provider.ts'

const settings = z.object({
  tenant: field(z.string().min(1), { title: 'Tenant', account: true }),
  secret: field(z.string().min(8), { title: 'Signing secret', secret: true }),
  api: field(z.url(), { title: 'API address' }),
})

type Settings = z.output<typeof settings>

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
}

export function signatureOf(secret: string, body: string | Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

function verify(request: InboundRequest, config: Settings): Verdict {
  const given = Buffer.from(request.headers['x-meridian-signature'] ?? '')
  if (given.length === 0) return { ok: false, why: 'missing', message: 'X-Meridian-Signature is missing' }
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

/** `MERIDIAN <call> <tenant>`, then sound in binary; `KEY 5`, `MARK x`, `OVER` from there; `KEYS 12`, `MARK x`, `CLEAR` from us. */
function meridianStream(): Stream {
  const told = (state: unknown, ...events: StreamEvent[]): StreamStep => ({ state, events, messages: [] })
  const say = (state: unknown, text: string): StreamStep => ({ state, events: [], messages: [{ text }] })
  const format = { encoding: 'l16le', rate: 8000, frameMs: 20, leadMs: 200 } as const
  return {
    formats: [format],
    marks: true,
    recognise: (message) => 'text' in message && message.text.startsWith('MERIDIAN '),
    begin: () => undefined,
    step(state, input) {
      switch (input.type) {
        case 'audio':
          return { state, events: [], messages: [{ binary: input.payload }] }
        case 'mark':
          return say(state, `MARK ${input.name}`)
        case 'clear':
          return say(state, 'CLEAR')
        case 'digits':
          return say(state, `KEYS ${input.digits}`)
        case 'close':
          return told(state)
        case 'message': {
          const { message } = input
          if ('binary' in message) return told(state, { type: 'audio', payload: message.binary })
          const [word, one = '', two = ''] = message.text.split(' ')
          if (word === 'MERIDIAN')
            return told(state, {
              type: 'started',
              ref: one,
              streamRef: `stream-${one}`,
              account: two,
              parameters: {},
              format,
            })
          if (word === 'KEY') return told(state, { type: 'digit', digit: one })
          if (word === 'MARK') return told(state, { type: 'mark', name: one, cleared: two === 'cleared' })
          if (word === 'OVER') return told(state, { type: 'stopped' })
          return told(state, { type: 'ignored', why: 'unknown word' })
        }
        default:
          return input satisfies never
      }
    },
  }
}
