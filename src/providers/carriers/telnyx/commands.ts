/** Our commands as Telnyx takes them: all by REST, each with an id of its own so that saying it twice does no harm. */
import { dialTarget } from '../../../protocols/e164/target.ts'
import { text } from '../../../protocols/json-media/fields.ts'
import { bodyOf, seconds } from '../../../protocols/rest/client.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now, Operation } from '../../../spec/http.ts'
import { address, callId, client, dataOf, errorOf } from './rest.ts'
import type { Settings } from './settings.ts'
import { writeState } from './state.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer', 'leave-message', 'record'],
  encode: (command, call, config, { now, urls }) => ({
    by: 'http',
    operation: perform(command, { call, config, now, urls }),
  }),
}

interface Context {
  readonly call: CallSeen
  readonly config: Settings
  readonly now: Now
  readonly urls: Addresses
}

function* perform(command: CallCommand, context: Context): Operation<Accepted> {
  switch (command.type) {
    case 'answer':
      return yield* answer(context)
    case 'reject':
      return yield* act(context, 'reject', { cause: command.reason === 'busy' ? 'USER_BUSY' : 'CALL_REJECTED' })
    case 'dial':
      return yield* dial(context)
    case 'hangup':
      return yield* hangup(context)
    case 'send-digits':
      return yield* sendDigits(context, command.digits)
    case 'transfer':
      return yield* transfer(context, command)
    case 'leave-message':
      return yield* leaveMessage(context, command.text)
    case 'record':
      return yield* record(context, command.action)
    default:
      return command satisfies never
  }
}

/** One request answers the call and opens its stream. Its id holds for a minute, so that a repeated answer is none. */
function* answer(context: Context): Operation<Accepted> {
  const { call, urls } = context
  const body = { ...streaming(context), ...recording(context), webhook_url: urls.webhook(`status/${call.id}`) }
  return yield* act(context, 'answer', body, `${call.id}-answer`)
}

function* dial(context: Context): Operation<Accepted> {
  const { call, config, urls } = context
  const body = {
    connection_id: config.connectionId,
    to: dialTarget(call.to).value,
    from: dialTarget(call.from || (config.defaultFrom ?? '')).value,
    timeout_secs: seconds(call.ringTimeout, 5, 600),
    time_limit_secs: seconds(call.maxDuration, 30, 14_400),
    webhook_url: urls.webhook(`status/${call.id}`),
    command_id: `${call.id}-dial`,
    ...(call.machineDetection ? { answering_machine_detection: detection(call, config) } : {}),
    ...streaming(context),
    ...recording(context),
  }
  const created = dataOf(yield* client(config).ask('place the call', 'POST', address(config, 'calls'), { json: body }))
  const ref = text(created, 'call_control_id')
  if (ref === undefined) throw new OffhookError('carrier.failed', 'Telnyx answered the dial without a call id')
  return { ref, status: 'queued' }
}

/** Premium always says when the greeting is over; standard only where that is asked for. */
function detection(call: CallSeen, config: Settings): string {
  if (config.detection === 'premium') return 'premium'
  return call.voicemailMessage === undefined ? 'detect' : 'greeting_end'
}

/** `rtp`, or Telnyx takes our sound for mp3 files and plays nothing. Both directions in one codec, whatever the leg speaks. */
function streaming({ call, config, urls }: Context) {
  const about = config.codec === 'L16' && config.byteOrder === 'big' ? 'L16-be' : config.codec
  return {
    stream_url: urls.media(),
    stream_track: 'inbound_track',
    stream_codec: config.codec,
    stream_bidirectional_mode: 'rtp',
    stream_bidirectional_codec: config.codec,
    ...(config.codec === 'L16' ? { stream_bidirectional_sampling_rate: 16_000 } : {}),
    stream_bidirectional_target_legs: 'self',
    client_state: writeState({ call: call.id, about }),
  }
}

function recording({ call, config }: Context) {
  return call.record && config.recordAtTelnyx
    ? { record: 'record-from-answer', record_channels: 'dual', record_format: 'wav' }
    : {}
}

/** 422 with 90018, or an id that nobody knows any more: over is as good as hung up. */
function* hangup({ call, config }: Context): Operation<Accepted> {
  const rest = client(config)
  const url = actionAddress(config, call, 'hangup')
  const response = yield rest.request('POST', url, { json: {}, repeatable: true })
  const error = errorOf(bodyOf(response))
  if (response.status === 404 || error === '90018' || error === '90015') return { gone: true }
  rest.accepted('hang up', response)
  return {}
}

function* sendDigits(context: Context, digits: string): Operation<Accepted> {
  if (!/^[\dA-D*#w]+$/i.test(digits))
    throw new OffhookError(
      'request.invalid',
      `"${digits.slice(0, 40)}" cannot be dialled: use 0-9, A-D, *, #, w (half a second) and W (a second)`,
    )
  return yield* act(context, 'send_dtmf', { digits: digits.replaceAll(/[a-d]/g, (letter) => letter.toUpperCase()) })
}

/** Blind. The stream stays open, and our agent quiet: if nobody answers there, the caller is with us again at once. */
function* transfer(
  context: Context,
  { to, timeoutSeconds }: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const { call, urls } = context
  const body = {
    to: dialTarget(to).value,
    timeout_secs: Math.min(600, Math.max(5, Math.ceil(timeoutSeconds ?? 30))),
    target_leg_client_state: writeState({ call: call.id, about: 'transfer' }),
    webhook_url: urls.webhook(`transfer/${call.id}`),
  }
  return yield* act(context, 'transfer', body)
}

/** When Telnyx says that it was spoken to its end, the call is hung up. */
function* leaveMessage(context: Context, message: string): Operation<Accepted> {
  const { call, config } = context
  if (message.length > 3_000)
    throw new OffhookError('command.refused', `The message has ${message.length} characters; Telnyx speaks 3000`)
  const body = {
    payload: message,
    voice: config.voice,
    language: config.language,
    client_state: writeState({ call: call.id, about: 'message' }),
  }
  return yield* act(context, 'speak', body)
}

function* record(context: Context, action: 'start' | 'stop' | 'pause' | 'resume'): Operation<Accepted> {
  return yield* act(context, `record_${action}`, action === 'start' ? { channels: 'dual', format: 'wav' } : {})
}

function* act(context: Context, action: string, body: object, id?: string): Operation<Accepted> {
  const { call, config, now } = context
  const json = { ...body, command_id: id ?? now.id('cmd') }
  const what = action.replaceAll('_', ' ')
  yield* client(config).ask(what, 'POST', actionAddress(config, call, action), { json, repeatable: true })
  return {}
}

function actionAddress(config: Settings, call: CallSeen, action: string): string {
  if (call.ref === undefined)
    throw new OffhookError('call.state', 'Telnyx has not yet said which call this is: try again when it is dialled')
  return address(config, 'calls', callId(call.ref), 'actions', action)
}
