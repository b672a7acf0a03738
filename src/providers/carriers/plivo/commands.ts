/** Our commands in Plivo's words: XML for a call that asks, REST for one that is under way. */
import { dialTarget } from '../../../protocols/e164/target.ts'
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { text } from '../../../protocols/json-media/fields.ts'
import { purposes, statusOf } from '../../../protocols/plivo/callbacks.ts'
import { documentPath, longestDocument, type Document } from '../../../protocols/plivo/documents.ts'
import * as xml from '../../../protocols/plivo/markup.ts'
import { seconds } from '../../../protocols/rest/client.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control, Dispatch } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, digits, id } from './rest.ts'
import type { Settings } from './settings.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer', 'leave-message', 'record'],
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
      return { by: 'reply', reply: xml.reply(answer(context)) }
    case 'reject':
      return { by: 'reply', reply: xml.reply(xml.response(xml.hangup(command.reason))) }
    case 'dial':
      return { by: 'http', operation: dial(context) }
    case 'hangup':
      return { by: 'http', operation: hangup(context) }
    case 'send-digits':
      return { by: 'http', operation: sendDigits(context, command.digits) }
    case 'transfer':
      return { by: 'http', operation: transfer(context, command) }
    case 'leave-message':
      return leaveMessage(context, command.text)
    case 'record':
      return record(context, command.action)
    default:
      return command satisfies never
  }
}

/** Also what a dialled call gets when it is put through and asks at its answer address. */
function answer({ call, config, urls }: Context): string {
  const type = config.codec === 'l16' ? 'audio/x-l16;rate=16000' : 'audio/x-mulaw;rate=8000'
  const recording = call.record && config.recordAtPlivo
  return xml.response(
    recording
      ? xml.recordSession(urls.webhook(purposes.recording(call.id)), seconds(call.maxDuration, 1, 86_400))
      : undefined,
    xml.stream(urls.media(), type, urls.webhook(purposes.stream(call.id))),
  )
}

/** The id in the answer is the request's; the call's own comes with its first callback. */
function* dial({ call, config, urls }: Context): Operation<Accepted> {
  const status = urls.webhook(purposes.status(call.id))
  const machine = {
    machine_detection: 'true',
    machine_detection_url: urls.webhook(purposes.machine(call.id)),
    machine_detection_method: 'POST',
  }
  const json = {
    from: dialable(call.from || (config.defaultFrom ?? '')),
    to: dialable(call.to),
    ...{ answer_url: urls.webhook(purposes.answer(call.id)), answer_method: 'POST' },
    ...{ ring_url: status, ring_method: 'POST', hangup_url: status, hangup_method: 'POST' },
    ring_timeout: seconds(call.ringTimeout, 1, 600),
    time_limit: seconds(call.maxDuration, 1, 86_400),
    ...(call.machineDetection ? machine : {}),
  }
  const created = yield* client(config).ask('place the call', 'POST', address(config, 'Call'), { json })
  const ref = text(created, 'request_uuid')
  if (ref === undefined) throw new OffhookError('carrier.failed', 'Plivo answered the dial without a request id')
  return { ref, status: statusOf(text(created, 'message')?.replace('call ', '')) ?? 'queued' }
}

function dialable(written: string): string {
  const to = dialTarget(written)
  return to.type === 'number' ? digits(to.value) : to.value
}

/** What is not a call yet may be a request: both are asked, and gone is as good as hung up. */
function* hangup({ call, config }: Context): Operation<Accepted> {
  const rest = client(config)
  for (const kind of ['Call', 'Request']) {
    const response = yield rest.request('DELETE', address(config, kind, id(refOf(call))))
    if (response.status === 404) continue
    rest.accepted('hang up', response)
    return {}
  }
  return { gone: true }
}

function* sendDigits({ call, config }: Context, keys: string): Operation<Accepted> {
  if (!/^[\dA-D*#w]+$/i.test(keys))
    throw new OffhookError('request.invalid', `"${keys.slice(0, 40)}" cannot be dialled: use 0-9, A-D, *, #, w and W`)
  const json = { digits: keys, legs: 'aleg' }
  yield* client(config).ask('send the digits', 'POST', address(config, 'Call', id(refOf(call)), 'DTMF'), { json })
  return {}
}

/** Blind: Plivo fetches the document, and the stream ends with the markup that held it. */
function* transfer(
  context: Context,
  { to, timeoutSeconds }: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const target = dialTarget(to)
  const timeout = Math.min(600, Math.max(5, Math.ceil(timeoutSeconds ?? 30)))
  return yield* redirect(context, 'transfer the call', {
    ...{ do: 'dial', to: target.value, from: callerId(context.call), timeout },
  })
}

/** A number that Plivo may show: the caller's own, or ours. */
function callerId({ direction, from, to }: CallSeen): string | undefined {
  const [caller, ours] = direction === 'inbound' ? [from, to] : [from, from]
  const number = [caller, ours].map((one) => normaliseNumber(one)).find((one) => one.type === 'number')
  return number && digits(number.value)
}

function leaveMessage(context: Context, message: string): Dispatch {
  const { call, config, urls } = context
  const document: Document = { do: 'say', text: message, voice: config.voice, language: config.language }
  const length = urls.webhook(documentPath(call.id, document)).length
  return length > longestDocument
    ? {
        by: 'unsupported',
        why: `The message makes an address of ${length} characters; ${longestDocument} are possible`,
      }
    : { by: 'http', operation: redirect(context, 'leave the message', document) }
}

function* redirect({ call, config, urls }: Context, what: string, document: Document): Operation<Accepted> {
  const json = { legs: 'aleg', aleg_url: urls.webhook(documentPath(call.id, document)), aleg_method: 'POST' }
  yield* client(config).ask(what, 'POST', address(config, 'Call', id(refOf(call))), { json })
  return {}
}

/** Plivo stops after a minute unless told how long. */
function record({ call, config, urls }: Context, action: 'start' | 'stop' | 'pause' | 'resume'): Dispatch {
  if (action === 'pause' || action === 'resume')
    return { by: 'unsupported', why: 'Plivo cannot pause a recording: stop it, and start another' }
  return { by: 'http', operation: recording() }

  function* recording(): Operation<Accepted> {
    const rest = client(config)
    const url = address(config, 'Call', id(refOf(call)), 'Record')
    if (action === 'stop') {
      const response = yield rest.request('DELETE', url)
      if (response.status === 404) return { gone: true }
      rest.accepted('stop the recording', response)
      return {}
    }
    const json = {
      ...{ time_limit: seconds(call.maxDuration, 60, 86_400), file_format: 'wav', record_channel_type: 'stereo' },
      ...{ callback_url: urls.webhook(purposes.recording(call.id)), callback_method: 'POST' },
    }
    const started = text(yield* rest.ask('record', 'POST', url, { json }), 'recording_id')
    return started === undefined ? {} : { recording: started }
  }
}

function refOf(call: CallSeen): string {
  if (call.ref !== undefined) return call.ref
  throw new OffhookError('call.state', 'Plivo has not yet said which call this is: try again when it is dialled')
}
