/** What a carrier provider brings to its conformance suite: settings, example payloads, and the carrier's side of the wire. */
import { z } from 'zod'
import { VirtualClock } from '../../../src/lib/clock.ts'
import { seededIds } from '../../../src/lib/ids.ts'
import type { CallCommand } from '../../../src/spec/call.ts'
import type { Addresses, CallSeen, CarrierSpec, Report, StreamEvent, WireMessage } from '../../../src/spec/carrier.ts'
import type { HttpRequest, HttpResponse, InboundRequest, Now, Operation } from '../../../src/spec/http.ts'
import { secretsOf } from '../../../src/spec/provider.ts'

export interface CarrierFixture<S extends z.ZodObject> {
  readonly spec: CarrierSpec<S>
  /** Complete: every secret has a value of at least eight letters that stands nowhere else in the fixture. */
  readonly settings: z.input<S>
  /** What the environment says to a process that listens, by field. */
  readonly process?: Readonly<Record<string, string>>
  readonly webhook?: {
    /** The request as the carrier would send it to an account with these settings. */
    sign(request: InboundRequest, config: z.output<S>): InboundRequest
    /** Somebody else's account: other secrets, other account id. */
    readonly foreign: z.input<S>
    /** The settings signatures are checked with: with all of them empty nothing is believed. */
    readonly credentials: readonly (keyof z.output<S> & string)[]
    readonly examples: readonly ExampleRequest[]
    /** The carrier dates what it signs: a day before and after, the same request is refused. */
    readonly dated?: true
    /** Changes what a signature covers. Default: a form field or a byte of the body, or else the URL. */
    alter?(request: InboundRequest): InboundRequest
  }
  readonly control?: {
    /** The carrier's id of a call, as it would write one. */
    readonly ref: string
    /** What the carrier answers to a good request. */
    accept(request: HttpRequest): HttpResponse
    /** Actions of a command that the carrier takes otherwise: they must be refused by name. */
    readonly cannot?: readonly ('pause' | 'resume')[]
    /** Its answers to hanging up a call that is over or unknown. */
    readonly gone: readonly HttpResponse[]
  }
  readonly stream?: {
    /** All messages up to and including the one that opens the stream. */
    readonly opening: readonly WireMessage[]
    readonly started: Omit<StreamEvent & { readonly type: 'started' }, 'type' | 'format' | 'parameters'>
    /** Sound of the caller; `count` rises from 1. */
    audio(payload: Uint8Array, count: number): WireMessage
    /** What the carrier would play on hearing one of our messages; undefined when it is not sound. */
    played(message: WireMessage): Uint8Array | undefined
    /** The echo of a mark; required where the spec has marks. */
    echo?(name: string): WireMessage
    readonly digit?: { readonly message: WireMessage; readonly digit: string }
    readonly stop?: WireMessage
  }
}

/** A callback's content; the suite gives it an address and has it signed. */
export interface ExampleRequest {
  /** What it is, e.g. `status-busy`: names its test. */
  readonly name: string
  readonly purpose: string
  readonly method?: 'GET' | 'POST'
  readonly form?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly reports: readonly Report[]
}

const ids = seededIds('conformance')
export const now: Now = { time: new VirtualClock().now(), id: (prefix) => ids.id(prefix) }

const host = 'voice.example.com'

export function answer(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) }
}

/** Performs an operation against canned answers; gives its result and what it asked. */
export function run<T>(
  operation: Operation<T>,
  ...answers: readonly HttpResponse[]
): { readonly result: T; readonly asked: readonly HttpRequest[] } {
  const asked: HttpRequest[] = []
  let step = operation.next(undefined as never) // a generator's first next() takes no value
  for (const one of answers) {
    if (step.done) break
    asked.push(step.value)
    step = operation.next(one)
  }
  if (!step.done) throw new Error(`no answer for ${step.value.method} ${step.value.url}`)
  return { result: step.value, asked }
}

/** The request as it reaches us, unsigned. */
export function inbound(carrier: string, example: Omit<ExampleRequest, 'name' | 'reports'>): InboundRequest {
  const { purpose, method = 'POST', form, json, headers = {} } = example
  const fields = new URLSearchParams(form)
  const query = method === 'GET' ? fields : new URLSearchParams()
  const url = `https://${host}/carriers/${carrier}/conn_1/${purpose}${query.size > 0 ? `?${query}` : ''}`
  const text = method === 'GET' ? '' : json === undefined ? fields.toString() : JSON.stringify(json)
  const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    method,
    purpose,
    segments: purpose.split('/'),
    urls: [url],
    query,
    headers: { ...(method === 'GET' ? {} : { 'content-type': type }), ...headers },
    body: Buffer.from(text),
    form: fields,
    json,
    address: '203.0.113.7',
  }
}

export function addresses(carrier: string): Addresses {
  return {
    webhook: (purpose) => `https://${host}/carriers/${carrier}/conn_1/${purpose}`,
    media: () => `wss://${host}/media/t0ken`,
  }
}

export function callOf(carrier: string, ref?: string): CallSeen {
  return {
    id: 'call_1',
    organization: 'org_1',
    direction: 'outbound',
    carrier,
    connection: 'conn_1',
    from: '+14155550100',
    to: '+14155550199',
    agent: 'agent_1',
    variables: {},
    metadata: { note: 'never sent' },
    ringTimeout: 30_000,
    maxDuration: 600_000,
    machineDetection: true,
    voicemailMessage: 'Please call us back.',
    record: true,
    createdAt: now.time,
    status: 'in-progress',
    streamRef: 'stream_1',
    ...(ref === undefined ? {} : { ref }),
  }
}

/** One of each command, and of each action of `record`. */
export const commands: readonly CallCommand[] = [
  { type: 'answer' },
  { type: 'reject', reason: 'busy' },
  { type: 'reject', reason: 'rejected' },
  { type: 'dial' },
  { type: 'hangup' },
  { type: 'send-digits', digits: '12#' },
  { type: 'transfer', to: '+14155550177', timeoutSeconds: 20 },
  { type: 'leave-message', text: 'Please call us back.' },
  { type: 'record', action: 'start' },
  { type: 'record', action: 'pause' },
  { type: 'record', action: 'resume' },
  { type: 'record', action: 'stop' },
]

/** The fixture's settings as the engine would hand them over. */
export function configOf<S extends z.ZodObject>({ spec, settings }: CarrierFixture<S>): z.output<S> {
  return spec.settings.parse(settings)
}

/** The first secret that shows in `text`, plain, percent-encoded or in base64; undefined when none does. */
export function leakIn<S extends z.ZodObject>(fixture: CarrierFixture<S>, text: string): string | undefined {
  const config: Readonly<Record<string, unknown>> = configOf(fixture)
  return secretsOf(fixture.spec.settings).find((name) => {
    const secret = config[name]
    if (typeof secret !== 'string' || secret === '') return false
    const spellings = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')]
    return spellings.some((spelling) => text.includes(spelling))
  })
}
