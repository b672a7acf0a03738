/** Our commands in Vonage's words: an NCCO for a call that asks, REST for one that is under way. */
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { dialTarget } from '../../../protocols/e164/target.ts'
import { text } from '../../../protocols/json-media/fields.ts'
import { seconds } from '../../../protocols/rest/client.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control, Dispatch } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now, Operation } from '../../../spec/http.ts'
import { purposes, regionVariable, statusOf } from './reports.ts'
import { base, callAddress, digits, isOwn, voice } from './rest.ts'
import type { Settings } from './settings.ts'
import { ncco } from './webhook.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer', 'leave-message'],
  encode: (command, call, config, { now, urls }) => encode(command, { call, config, now, urls }),
}

interface Context {
  readonly call: CallSeen
  readonly config: Settings
  readonly now: Now
  readonly urls: Addresses
}

function encode(command: CallCommand, context: Context): Dispatch {
  switch (command.type) {
    case 'answer':
      return { by: 'reply', reply: ncco(answer(context)) }
    case 'reject':
      // There is no action that rejects: an NCCO without actions ends the call unanswered.
      return { by: 'reply', reply: ncco([]) }
    case 'dial':
      return { by: 'http', operation: dial(context) }
    case 'hangup':
      return { by: 'http', operation: hangup(context) }
    case 'send-digits':
      return { by: 'http', operation: sendDigits(context, command.digits) }
    case 'transfer':
      return { by: 'http', operation: transfer(context, command) }
    case 'leave-message':
      return { by: 'http', operation: leaveMessage(context, command.text) }
    case 'record':
      return { by: 'unsupported', why: 'Vonage records from the answer on only (setting "Record at Vonage too")' }
    default:
      return command satisfies never
  }
}

function answer({ call, config, urls }: Context): readonly object[] {
  const record = {
    ...{
      action: 'record',
      format: 'wav',
      split: 'conversation',
      channels: 2,
      timeOut: seconds(call.maxDuration, 3, 7_200),
    },
    eventUrl: [urls.webhook(purposes.recording(call.id))],
  }
  // The number that is ours: called inbound, calling outbound.
  const ours = digits(call.direction === 'inbound' ? call.to : call.from || (config.defaultFrom ?? ''))
  const connect = {
    ...{ action: 'connect', eventType: 'synchronous', eventMethod: 'POST' },
    eventUrl: [urls.webhook(purposes.stream(call.id))],
    ...(/^\d+$/.test(ours) ? { from: ours } : {}),
    endpoint: [
      {
        ...{ type: 'websocket', uri: urls.media(), 'content-type': `audio/l16;rate=${config.rate}` },
        // They come back at the top of the first message.
        headers: { call: call.id, ...(call.ref === undefined ? {} : { leg: call.ref }) },
      },
    ],
  }
  // An answer anew, to a call that was up already, begins no second recording.
  return call.record && config.recordAtCarrier && !call.streamed ? [record, connect] : [connect]
}

function* dial(context: Context): Operation<Accepted> {
  const { call, config, now, urls } = context
  const from = dialTarget(call.from || (config.defaultFrom ?? ''))
  const json = {
    to: [endpoint(call.to)],
    from: { type: 'phone', number: digits(from.value) },
    ncco: answer(context),
    ...{ event_url: [urls.webhook(purposes.status(call.id))], event_method: 'POST' },
    ringing_timer: seconds(call.ringTimeout, 1, 120),
    length_timer: seconds(call.maxDuration, 1, 86_400),
    ...(call.machineDetection ? { advanced_machine_detection: detection(call) } : {}),
  }
  const created = yield* voice(config, now).ask('place the call', 'POST', `${base(config)}/v1/calls`, { json })
  const ref = text(created, 'uuid')
  if (ref === undefined) throw new OffhookError('carrier.failed', 'Vonage answered the dial without a call id')
  return { ref, status: statusOf(text(created, 'status')) ?? 'initiated' }
}

function detection({ voicemailMessage }: CallSeen) {
  return voicemailMessage === undefined
    ? { behavior: 'continue', mode: 'detect' }
    : { behavior: 'continue', mode: 'detect_beep', beep_timeout: 45 }
}

function endpoint(written: string): object {
  const to = dialTarget(written)
  return to.type === 'sip' ? { type: 'sip', uri: to.value } : { type: 'phone', number: digits(to.value) }
}

/** Over is as good as hung up: Vonage says so with 404 or 400. */
function* hangup(context: Context): Operation<Accepted> {
  const rest = voice(context.config, context.now)
  const response = yield rest.request('PUT', addressOf(context), { json: { action: 'hangup' }, repeatable: true })
  if (response.status === 404 || response.status === 400) return { gone: true }
  rest.accepted('hang up', response)
  return {}
}

/** `p` is half a second. */
function* sendDigits(context: Context, keys: string): Operation<Accepted> {
  if (!/^[\dA-D*#w]+$/i.test(keys))
    throw new OffhookError('request.invalid', `"${keys.slice(0, 40)}" cannot be dialled: use 0-9, A-D, *, #, w and W`)
  const json = { digits: keys.replaceAll('W', 'pp').replaceAll('w', 'p') }
  const once = { json, repeatable: false }
  yield* voice(context.config, context.now).ask('send the digits', 'PUT', addressOf(context, 'dtmf'), once)
  return {}
}

/** Blind: the caller's leg goes on with other actions, and the leg to our socket is left alone and ends. */
function* transfer(
  context: Context,
  { to, timeoutSeconds }: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const from = callerId(context.call)
  const connect = {
    // Synchronous: where it fails, the answer to the event says what comes then.
    ...{ action: 'connect', eventType: 'synchronous', eventMethod: 'POST' },
    eventUrl: [context.urls.webhook(purposes.transfer(context.call.id))],
    timeout: Math.min(120, Math.max(5, Math.ceil(timeoutSeconds ?? 30))),
    ...(from ? { from } : {}),
    endpoint: [endpoint(to)],
  }
  return yield* redirect(context, 'transfer the call', [connect])
}

/** A number of ours: Vonage shows no other. */
function callerId({ direction, from, to }: CallSeen): string | undefined {
  const number = normaliseNumber(direction === 'inbound' ? to : from)
  return number.type === 'number' ? digits(number.value) : undefined
}

/** With nothing behind it the call ends when it is spoken. */
function leaveMessage(context: Context, message: string): Operation<Accepted> {
  const { language, voiceStyle: style } = context.config
  return redirect(context, 'leave the message', [{ action: 'talk', text: message, language, style }])
}

function* redirect(context: Context, what: string, actions: readonly object[]): Operation<Accepted> {
  const json = { action: 'transfer', destination: { type: 'ncco', ncco: actions } }
  // Said twice it would begin again: another ring at the colleague's, the message from its start.
  yield* voice(context.config, context.now).ask(what, 'PUT', addressOf(context), { json, repeatable: false })
  return {}
}

/** Where the call is processed, if it said so and that is Vonage's. */
function addressOf({ call, config }: Context, ...parts: readonly string[]): string {
  if (call.ref === undefined)
    throw new OffhookError('call.state', 'Vonage has not yet said which call this is: try again when it is dialled')
  const region = call.variables[regionVariable]
  const host = typeof region === 'string' && isOwn(region, config) ? new URL(region).origin : base(config)
  return callAddress(host, call.ref, ...parts)
}
