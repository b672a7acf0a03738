/** Call control objects: reads a list of actions as strictly as Vonage, and runs them one after the other. */
import { isRecord } from '../carrier/rest.ts'
import { runProgram } from '../carrier/program.ts'
import { complain } from '../carrier/world.ts'
import { perform } from './actions.ts'
import { legFields, send } from './events.ts'
import type { Page, VonageCall } from './world.ts'

export type Action = Readonly<Record<string, unknown>> & { readonly action: string }
export type Ncco = readonly Action[]

const known = ['record', 'conversation', 'connect', 'talk', 'stream', 'input', 'notify', 'wait', 'transfer']

/** The list, or a sentence about what is wrong. */
export function readNcco(value: unknown): Ncco | string {
  if (!Array.isArray(value)) return 'an NCCO is a list of actions'
  for (const action of value) {
    if (!isRecord(action) || typeof action['action'] !== 'string') return 'an action has no name'
    if (!known.includes(action['action'])) return `action "${action['action']}" is unknown`
    const wrong = checks[action['action']]?.(action)
    if (wrong) return `${action['action']}: ${wrong}`
  }
  return value as Ncco // each was just read
}

const checks: Readonly<Record<string, (action: Readonly<Record<string, unknown>>) => string | undefined>> = {
  connect({ endpoint, eventUrl }) {
    if (!Array.isArray(endpoint) || endpoint.length !== 1 || !isRecord(endpoint[0])) return 'endpoint is a list of one'
    if (eventUrl !== undefined && !isAddresses(eventUrl)) return 'eventUrl is a list of one address'
    const [{ type, number, uri, headers }] = endpoint
    if (type === 'phone') return /^\d{7,15}$/.test(String(number)) ? undefined : 'number is not E.164 without plus'
    if (type === 'sip') return /^sips?:.+@.+/.test(String(uri)) ? undefined : 'uri is no SIP address'
    if (type !== 'websocket') return `endpoint ${String(type)} is not simulated`
    if (JSON.stringify(headers ?? {}).length > 512) return 'headers have more than 512 bytes'
    return /^(wss:|ws:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/])/.test(String(uri))
      ? undefined
      : 'uri is no wss:// address'
  },
  talk: ({ text }) => (typeof text === 'string' && text ? undefined : 'text is missing'),
  stream: ({ streamUrl }) => (isAddresses(streamUrl) ? undefined : 'streamUrl is a list of one address'),
  input: ({ type }) => (Array.isArray(type) ? undefined : 'type is a list'),
  record: ({ eventUrl }) =>
    eventUrl === undefined || isAddresses(eventUrl) ? undefined : 'eventUrl is a list of one address',
  notify: ({ eventUrl, payload }) =>
    isAddresses(eventUrl) && isRecord(payload) ? undefined : 'eventUrl or payload is missing',
}

function isAddresses(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && /^https?:\/\//.test(String(value[0]))
}

/** Resolves when the call has nothing left to do; it has ended then. */
export async function runCall(call: VonageCall, first: Page): Promise<void> {
  await runProgram<Page>(call, first, {
    run: (page, signal) => run(call, page, signal),
    steer: (redirect) => void (call.facts.redirect = redirect),
  })
  call.end(call.startTime === undefined ? 'failed' : 'completed', 'the NCCO ended')
}

async function run(call: VonageCall, page: Page, signal: AbortSignal): Promise<Page | undefined> {
  const ncco = page.type === 'ncco' ? page.ncco : await fetchNcco(call, page)
  signal.throwIfAborted()
  for (const action of ncco ?? []) {
    const next = await perform(call, action, signal)
    signal.throwIfAborted()
    if (next) return next
  }
  return undefined
}

async function fetchNcco(call: VonageCall, { target }: Extract<Page, { type: 'fetch' }>): Promise<Ncco | undefined> {
  const { from, to, uuid, conversation_uuid } = legFields(call)
  const fields = { to, from, uuid, conversation_uuid, region_url: call.world.publicUrl() }
  const reply = await send(call, target, fields)
  return reply && nccoOf(call, Buffer.from(reply.body).toString())
}

/** Wrong ones are told of at the event address, and end the call. */
export function nccoOf(call: VonageCall, text: string): Ncco | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined // what the parser says would quote it
  }
  const ncco = readNcco(value)
  if (typeof ncco !== 'string') return ncco
  complain(call, 0, `Syntax error in NCCO: ${ncco}`)
  const { events, conversation, vonage } = call.facts
  const fields = { reason: `Syntax error in NCCO. ${ncco}`, conversation_uuid: conversation }
  const timestamp = new Date(vonage.clock.now()).toISOString()
  if (events?.url) vonage.background(send(call, events, { ...fields, timestamp }))
  return undefined
}
