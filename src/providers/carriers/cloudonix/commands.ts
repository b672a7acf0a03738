/** Our commands in Cloudonix's words: a document for a call that asks, REST with an inline document for one under way. */
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { dialTarget } from '../../../protocols/e164/target.ts'
import { text } from '../../../protocols/json-media/fields.ts'
import { seconds } from '../../../protocols/rest/client.ts'
import { el } from '../../../protocols/xml/markup.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control, Dispatch } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { purposes } from './reports.ts'
import { address, callsAddress, client, id } from './rest.ts'
import type { Settings } from './settings.ts'
import { reply, response } from './webhook.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup', 'transfer', 'leave-message'],
  // What Cloudonix documents of it came and went: the engine listens.
  detectsMachines: false,
  endsStream: ['transfer', 'leave-message'],
  encode: (command, call, config, { urls }) => encode(command, { call, config, urls }),
}

interface Context {
  readonly call: CallSeen
  readonly config: Settings
  readonly urls: Addresses
}

function encode(command: CallCommand, context: Context): Dispatch {
  switch (command.type) {
    case 'answer':
      return { by: 'reply', reply: reply(response(connect(context))) }
    case 'reject':
      return { by: 'reply', reply: reply(response(el('Reject', { reason: command.reason }))) }
    case 'dial':
      return { by: 'http', operation: dial(context) }
    case 'hangup':
      return { by: 'http', operation: hangup(context) }
    case 'transfer':
      return { by: 'http', operation: transfer(context, command) }
    case 'leave-message':
      return { by: 'http', operation: leaveMessage(context, command.text) }
    case 'send-digits':
      return { by: 'unsupported', why: 'Cloudonix sends no digits on a running call' }
    case 'record':
      return { by: 'unsupported', why: 'Cloudonix records outbound calls from their start only' }
    default:
      return command satisfies never
  }
}

/** With nothing behind it the call ends when the socket does. */
function connect({ call, urls }: Context) {
  const stream = {
    url: urls.media(),
    name: 'agent',
    statusCallback: urls.webhook(purposes.stream(call.id)),
    statusCallbackMethod: 'POST',
  }
  return el('Connect', {}, el('Stream', stream))
}

function* dial(context: Context): Operation<Accepted> {
  const { call, config, urls } = context
  const json = {
    destination: dialTarget(call.to).value,
    'caller-id': dialTarget(call.from || (config.defaultFrom ?? '')).value,
    cxml: response(connect(context)),
    callback: urls.webhook(purposes.status(call.id)),
    ...(config.trunk === undefined ? {} : { trunk: config.trunk }),
    timeout: seconds(call.ringTimeout, 1, 600),
    timeLimit: seconds(call.maxDuration, 1, 86_400),
    ...(call.record && config.recordAtCarrier
      ? {
          record: true,
          recordingStatusCallback: urls.webhook(purposes.recording(call.id)),
          recordingStatusCallbackEvent: 'completed',
        }
      : {}),
  }
  const created = yield* client(config).ask('place the call', 'POST', callsAddress(config, 'application'), { json })
  const ref = text(created, 'token')
  if (ref === undefined) throw new OffhookError('carrier.failed', 'Cloudonix answered the dial without a session token')
  return { ref, status: 'queued' }
}

function* hangup({ call, config }: Context): Operation<Accepted> {
  const rest = client(config)
  const response = yield rest.request('DELETE', address(config, 'sessions', id(refOf(call))))
  if (response.status === 404) return { gone: true }
  rest.accepted('hang up', response)
  return {}
}

/** Blind: the document takes the stream's place, and what follows the dial hangs up. */
function* transfer(
  context: Context,
  { to, timeoutSeconds }: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const { call, config, urls } = context
  const target = dialTarget(to)
  const dialled = {
    callerId: callerId(call),
    timeout: Math.min(600, Math.max(5, Math.ceil(timeoutSeconds ?? 30))),
    ...{ action: urls.webhook(purposes.transfer(call.id)), method: 'POST', trunks: config.trunk },
  }
  const party = target.type === 'sip' ? el('Sip', {}, target.value) : el('Number', {}, target.value)
  return yield* switchTo(context, 'transfer the call', response(el('Dial', dialled, party)))
}

/** The caller's own number where there is one, else ours. */
function callerId({ direction, from, to }: CallSeen): string | undefined {
  const candidates = direction === 'inbound' ? [from, to] : [from]
  return candidates.map((one) => normaliseNumber(one)).find((one) => one.type === 'number')?.value
}

function leaveMessage(context: Context, message: string): Operation<Accepted> {
  const { voice, language } = context.config
  const document = response(el('Say', { voice, language }, message), el('Hangup'))
  return switchTo(context, 'leave the message', document)
}

function* switchTo({ call, config }: Context, what: string, cxml: string): Operation<Accepted> {
  const url = callsAddress(config, 'sessions', id(refOf(call)), 'application')
  yield* client(config).ask(what, 'POST', url, { json: { cxml } })
  return {}
}

function refOf(call: CallSeen): string {
  if (call.ref !== undefined) return call.ref
  throw new OffhookError('call.state', 'Cloudonix has not yet said which call this is: try again when it is dialled')
}
