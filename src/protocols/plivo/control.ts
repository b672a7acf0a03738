/** Our commands in Plivo's words: XML for a call that asks, REST for one that is under way. */
import type { CallCommand } from '../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control, Dispatch } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Operation } from '../../spec/http.ts'
import { normaliseNumber } from '../e164/normalise.ts'
import { dialTarget } from '../e164/target.ts'
import { text } from '../json-media/fields.ts'
import { seconds, type RestClient } from '../rest/client.ts'
import { purposes, statusOf } from './callbacks.ts'
import { documentPurpose, documentQuery, longestDocument, type Document } from './documents.ts'
import * as xml from './markup.ts'

/** What every carrier of this kind is told by its settings. */
export interface Common {
  readonly defaultFrom?: string | undefined
  readonly recordAtCarrier: boolean
  readonly voice: string
  readonly language: string
}

/** Where one carrier's API stands, and how it differs. */
export interface Api<C> {
  readonly vendor: string
  client(config: C): RestClient
  /** The address of calls, of one call, or of a part of it. */
  calls(config: C, ref?: string, part?: 'DTMF' | 'Record'): string
  /** The address of a dial that is no call yet, where it has one. */
  request?(config: C, ref: string): string
  /** The address of a call's streams, where they outlive what takes their place. */
  stream?(config: C, ref: string): string
  /** How numbers are written. `number` has a plus. */
  number(config: C, number: string): string
  /** The purpose as it stands in our addresses: with a secret, where signatures leave something open. */
  purpose(config: C, purpose: string): string
  /** The stream's sound, as the markup names it. */
  contentType(config: C): string
  /** How the API calls the choice of a leg for digits. */
  readonly leg: 'legs' | 'leg'
  /** Recordings by markup have a channel for each side. */
  readonly stereo?: true
}

export function plivoControl<C extends Common>(api: Api<C>): Control<C> {
  return {
    commands: ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer', 'leave-message', 'record'],
    endsStream: ['transfer', 'leave-message'],
    encode: (command, call, config, { urls }) => {
      const webhook = (purpose: string) => urls.webhook(api.purpose(config, purpose))
      return encode(command, { api, call, config, urls: { ...urls, webhook } })
    },
  }
}

interface Context<C> {
  readonly api: Api<C>
  readonly call: CallSeen
  readonly config: C
  readonly urls: Addresses
}

function encode<C extends Common>(command: CallCommand, context: Context<C>): Dispatch {
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
function answer<C extends Common>({ api, call, config, urls }: Context<C>): string {
  const longest = seconds(call.maxDuration, 1, 86_400)
  return xml.response(
    // An answer anew, to a call that was up already, begins no second recording.
    call.record && config.recordAtCarrier && !call.streamed
      ? xml.recordSession(urls.webhook(purposes.recording(call.id)), longest, api.stereo)
      : undefined,
    xml.stream(urls.media(), api.contentType(config), urls.webhook(purposes.stream(call.id))),
  )
}

/** The id in the answer is the request's; the call's own comes with its first callback. */
function* dial<C extends Common>({ api, call, config, urls }: Context<C>): Operation<Accepted> {
  const status = urls.webhook(purposes.status(call.id))
  const machine = {
    machine_detection: 'true',
    machine_detection_url: urls.webhook(purposes.machine(call.id)),
    machine_detection_method: 'POST',
  }
  const json = {
    from: dialable(api, config, call.from || (config.defaultFrom ?? '')),
    to: dialable(api, config, call.to),
    ...{ answer_url: urls.webhook(purposes.answer(call.id)), answer_method: 'POST' },
    ...{ ring_url: status, ring_method: 'POST', hangup_url: status, hangup_method: 'POST' },
    ring_timeout: seconds(call.ringTimeout, 1, 600),
    time_limit: seconds(call.maxDuration, 1, 86_400),
    ...(call.machineDetection ? machine : {}),
  }
  const created = yield* api.client(config).ask('place the call', 'POST', api.calls(config), { json })
  const ref = text(created, 'request_uuid')
  if (ref === undefined)
    throw new OffhookError('carrier.failed', `${api.vendor} answered the dial without a request id`)
  return { ref, status: statusOf(text(created, 'message')?.replace('call ', '')) ?? 'queued' }
}

function dialable<C>(api: Api<C>, config: C, written: string): string {
  const to = dialTarget(written)
  return to.type === 'number' ? api.number(config, to.value) : to.value
}

/** What is not a call yet may be a request: both are asked, and gone is as good as hung up. */
function* hangup<C>({ api, call, config }: Context<C>): Operation<Accepted> {
  const rest = api.client(config)
  const ref = refOf(api, call)
  const places = [api.calls(config, ref), ...(api.request ? [api.request(config, ref)] : [])]
  for (const url of places) {
    const response = yield rest.request('DELETE', url)
    if (response.status === 404) continue
    rest.accepted('hang up', response)
    return {}
  }
  return { gone: true }
}

function* sendDigits<C>({ api, call, config }: Context<C>, keys: string): Operation<Accepted> {
  if (!/^[\dA-D*#w]+$/i.test(keys))
    throw new OffhookError('request.invalid', `"${keys.slice(0, 40)}" cannot be dialled: use 0-9, A-D, *, #, w and W`)
  const json = { digits: keys, [api.leg]: 'aleg' }
  yield* api.client(config).ask('send the digits', 'POST', api.calls(config, refOf(api, call), 'DTMF'), { json })
  return {}
}

/** Blind: the carrier fetches the document, and the stream ends with the markup that held it. */
function* transfer<C>(
  context: Context<C>,
  { to, timeoutSeconds }: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const { api, config, call } = context
  const purpose = `transferred/${call.id}`
  const key = api.purpose(config, purpose).slice(purpose.length + 1)
  return yield* redirect(context, 'transfer the call', {
    ...{ do: 'dial', to: dialTarget(to).value, from: callerId(context) },
    timeout: Math.min(600, Math.max(5, Math.ceil(timeoutSeconds ?? 30))),
    ...(key ? { key } : {}),
  })
}

/** A number that may be shown: the caller's own where a number is, else ours. */
function callerId<C>({ api, config, call }: Context<C>): string | undefined {
  const candidates = call.direction === 'inbound' ? [call.from, call.to] : [call.from]
  const number = candidates.map((one) => normaliseNumber(one)).find((one) => one.type === 'number')
  return number && api.number(config, number.value)
}

function leaveMessage<C extends Common>(context: Context<C>, message: string): Dispatch {
  const { call, config, urls } = context
  const document: Document = { do: 'say', text: message, voice: config.voice, language: config.language }
  const { length } = documentAddress(urls, call, document)
  const why = `The message makes an address of ${length} characters; ${longestDocument} are possible`
  if (length > longestDocument) return { by: 'unsupported', why }
  return { by: 'http', operation: redirect(context, 'leave the message', document) }
}

function* redirect<C>({ api, call, config, urls }: Context<C>, what: string, document: Document): Operation<Accepted> {
  const json = { legs: 'aleg', aleg_url: documentAddress(urls, call, document), aleg_method: 'POST' }
  const rest = api.client(config)
  yield* rest.ask(what, 'POST', api.calls(config, refOf(api, call)), { json })
  // Where the document waits for the end of the stream; whether it was there or had ended by itself, the order stands.
  if (api.stream) yield rest.request('DELETE', api.stream(config, refOf(api, call)))
  return {}
}

function documentAddress(urls: Addresses, call: CallSeen, document: Document): string {
  return `${urls.webhook(documentPurpose(call.id))}?${documentQuery(document)}`
}

function record<C>(context: Context<C>, action: 'start' | 'stop' | 'pause' | 'resume'): Dispatch {
  if (action === 'start') return { by: 'http', operation: startRecording(context) }
  if (action === 'stop') return { by: 'http', operation: stopRecording(context) }
  return { by: 'unsupported', why: `${context.api.vendor} cannot pause a recording: stop it, and start another` }
}

/** The carrier stops after a minute unless told how long. */
function* startRecording<C>({ api, call, config, urls }: Context<C>): Operation<Accepted> {
  const json = {
    ...{ time_limit: seconds(call.maxDuration, 60, 86_400), file_format: 'wav', record_channel_type: 'stereo' },
    ...{ callback_url: urls.webhook(purposes.recording(call.id)), callback_method: 'POST' },
  }
  const url = api.calls(config, refOf(api, call), 'Record')
  const started = text(yield* api.client(config).ask('record', 'POST', url, { json }), 'recording_id')
  return started === undefined ? {} : { recording: started }
}

function* stopRecording<C>({ api, call, config }: Context<C>): Operation<Accepted> {
  const rest = api.client(config)
  const response = yield rest.request('DELETE', api.calls(config, refOf(api, call), 'Record'))
  if (response.status === 404) return { gone: true }
  rest.accepted('stop the recording', response)
  return {}
}

function refOf<C>({ vendor }: Api<C>, call: CallSeen): string {
  if (call.ref !== undefined) return call.ref
  throw new OffhookError('call.state', `${vendor} has not yet said which call this is: try again when it is dialled`)
}
