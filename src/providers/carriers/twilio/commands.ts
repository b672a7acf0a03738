/** Our commands in Twilio's words: TwiML for a call that is being offered, REST for one that is under way. */
import { normaliseNumber, type DialAddress } from '../../../protocols/e164/normalise.ts'
import { text } from '../../../protocols/json-media/fields.ts'
import { bodyOf, type Query } from '../../../protocols/rest/client.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, Addresses, CallSeen, Control, Dispatch } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpResponse, Operation } from '../../../spec/http.ts'
import { codeOf } from './errors.ts'
import * as twiml from './markup.ts'
import { purposes } from './reports.ts'
import { accepted, address, isSid, post, posting, sid } from './rest.ts'
import type { Settings } from './settings.ts'
import { statusOf } from './words.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer', 'leave-message', 'record'],
  // Other markup takes the place of <Connect>.
  endsStream: ['send-digits', 'transfer', 'leave-message'],
  encode: (command, call, config, { urls }) => encode(command, { call, config, urls }),
}

interface Context {
  readonly call: CallSeen
  readonly config: Settings
  readonly urls: Addresses
}

/** Never throws: what is wrong with a command is thrown by its operation, before any request is made. */
function encode(command: CallCommand, context: Context): Dispatch {
  switch (command.type) {
    case 'answer':
      return { by: 'reply', reply: twiml.reply(answer(context)) }
    case 'reject':
      return { by: 'reply', reply: twiml.reply(twiml.response(twiml.reject(command.reason))) }
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
      return { by: 'http', operation: record(context, command) }
    default:
      return command satisfies never
  }
}

function answer({ call, config, urls }: Context): string {
  // An answer anew, to a call that was up already, begins no second recording.
  const recording = call.record && config.recordAtTwilio && call.status !== 'in-progress'
  return twiml.response(
    recording ? twiml.startRecording(urls.webhook(purposes.recording(call.id))) : undefined,
    ...stream(call, urls),
  )
}

function stream(call: CallSeen, urls: Addresses) {
  const connected = twiml.connect(urls.media(), call.id, urls.webhook(purposes.stream(call.id)))
  return [connected, ...twiml.askAgain(urls.webhook(purposes.back(call.id)))]
}

function* dial({ call, config, urls }: Context): Operation<Accepted> {
  const form = {
    To: dialable(call.to, 'call'),
    From: dialable(call.from || (config.defaultFrom ?? ''), 'call from'),
    Twiml: inline(twiml.response(...stream(call, urls))),
    StatusCallback: urls.webhook(purposes.status(call.id)),
    StatusCallbackMethod: 'POST',
    // The only four there are (error 21626); busy, no-answer and failed arrive as the status of `completed`.
    StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    Timeout: seconds(call.ringTimeout, 600),
    TimeLimit: seconds(call.maxDuration, 86_400),
    ...machineDetection(call, urls),
    ...recording(call, config, urls),
  }
  const created = yield* post(config, 'place the call', address(config, 'Calls.json'), form)
  const ref = text(created, 'sid')
  if (!isSid('CA', ref)) throw new OffhookError('carrier.failed', 'Twilio answered the dial without a call id')
  const status = statusOf(text(created, 'status'))
  return { ref, ...(status ? { status } : {}) }
}

/** Asynchronous, so that the agent may greet at once; with a message to leave, the end of the greeting is waited for. */
function machineDetection(call: CallSeen, urls: Addresses): Query {
  if (!call.machineDetection) return {}
  return {
    MachineDetection: call.voicemailMessage === undefined ? 'Enable' : 'DetectMessageEnd',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: urls.webhook(purposes.machine(call.id)),
    AsyncAmdStatusCallbackMethod: 'POST',
  }
}

function recording(call: CallSeen, config: Settings, urls: Addresses): Query {
  if (!call.record || !config.recordAtTwilio) return {}
  return { Record: true, ...recordingForm(call, urls) }
}

function recordingForm(call: CallSeen, urls: Addresses): Query {
  return {
    RecordingChannels: 'dual',
    Trim: 'do-not-trim',
    RecordingStatusCallback: urls.webhook(purposes.recording(call.id)),
    RecordingStatusCallbackMethod: 'POST',
    RecordingStatusCallbackEvent: twiml.recordingEvents,
  }
}

/** `completed` also ends a ringing or queued call. A call that is over or unknown (21220, 20404) is as good as hung up. */
function* hangup({ call, config }: Context): Operation<Accepted> {
  const request = posting(config, callAddress(call, config), { Status: 'completed' }, { repeatable: true })
  const response = yield request
  if (isOver(response)) return { gone: true }
  const status = statusOf(text(accepted('hang up', response), 'status'))
  return status ? { status } : {}
}

function isOver(response: HttpResponse): boolean {
  return response.status === 404 || codeOf(bodyOf(response)) === 21220
}

/** There is no DTMF on a media stream: the digits take the call's markup, and the stream is opened anew after them. */
function* sendDigits({ call, config, urls }: Context, digits: string): Operation<Accepted> {
  if (!/^[\dA-D*#wW]+$/i.test(digits))
    throw new OffhookError(
      'request.invalid',
      `"${digits.slice(0, 40)}" cannot be dialled: use 0-9, A-D, *, #, w (half a second) and W (a second)`,
    )
  const tones = digits.replace(/[a-d]/g, (letter) => letter.toUpperCase())
  const markup = twiml.response(twiml.playDigits(tones), ...stream(call, urls))
  return yield* redirect(call, config, 'send the digits', inline(markup))
}

/** Blind: the caller leaves our stream for good; `transfer/{call}` reports how the other leg went, and asks what comes then. */
function* transfer(
  { call, config, urls }: Context,
  command: CallCommand & { readonly type: 'transfer' },
): Operation<Accepted> {
  const options = {
    callerId: callerId(call),
    timeout: Math.min(600, Math.max(5, Math.ceil(command.timeoutSeconds ?? 30))),
    action: twiml.persistent(urls.webhook(purposes.transfer(call.id))),
  }
  const markup = twiml.response(twiml.dial(target(command.to, 'transfer'), options))
  return yield* redirect(call, config, 'transfer the call', inline(markup))
}

/** The caller's own number where Twilio may show it; else ours, since a dialled number wants a number as caller. */
function callerId(call: CallSeen): string | undefined {
  const [caller, ours] = call.direction === 'inbound' ? [call.from, call.to] : [call.from, call.from]
  const number = [caller, ours].map((text) => normaliseNumber(text)).find((one) => one.type === 'number')
  return number?.value
}

function leaveMessage({ call, config }: Context, message: string): Dispatch {
  const markup = twiml.response(twiml.say(message, config.voice, config.language), twiml.hangup())
  if (markup.length > twiml.longestInline)
    return {
      by: 'unsupported',
      why: `The message takes ${markup.length} characters of TwiML; Twilio takes ${twiml.longestInline}`,
    }
  return { by: 'http', operation: redirect(call, config, 'leave the message', markup) }
}

function* record(
  { call, config, urls }: Context,
  { action, recording: id }: CallCommand & { readonly type: 'record' },
): Operation<Accepted> {
  const ref = refOf(call)
  if (action === 'start') {
    const url = address(config, 'Calls', ref, 'Recordings.json')
    const recording = text(yield* post(config, 'record', url, recordingForm(call, urls)), 'sid')
    return recording ? { recording } : {}
  }
  const which = id === undefined ? 'Twilio.CURRENT' : sid('RE', id)
  const status = { stop: 'stopped', pause: 'paused', resume: 'in-progress' }[action]
  const url = address(config, 'Calls', ref, 'Recordings', `${which}.json`)
  const response = yield posting(config, url, { Status: status }, { repeatable: true })
  // Nothing is being recorded any more: that is what stopping asked for.
  if (action === 'stop' && isOver(response)) return { gone: true }
  const recording = text(accepted(`${action} the recording`, response), 'sid') ?? id
  return recording ? { recording } : {}
}

/** Puts other markup in place of what the call is doing; its media stream ends. */
function* redirect(call: CallSeen, config: Settings, what: string, markup: string): Operation<Accepted> {
  yield* post(config, what, callAddress(call, config), { Twiml: markup })
  return {}
}

function callAddress(call: CallSeen, config: Settings): string {
  return address(config, 'Calls', `${refOf(call)}.json`)
}

function refOf(call: CallSeen): string {
  if (call.ref !== undefined) return sid('CA', call.ref)
  throw new OffhookError('call.state', 'Twilio has not yet said which call this is: try again when it is dialled')
}

function inline(markup: string): string {
  if (markup.length <= twiml.longestInline) return markup
  throw new OffhookError(
    'command.refused',
    `The TwiML takes ${markup.length} characters, Twilio takes ${twiml.longestInline}: use a shorter public URL or number`,
  )
}

function target(written: string, what: string): DialAddress {
  const to = normaliseNumber(written)
  if (to.type === 'invalid') throw new OffhookError('number.invalid', to.message, { details: { why: to.why } })
  if (to.type === 'extension')
    throw new OffhookError(
      'number.invalid',
      `"${written}" is an extension: to ${what} it, Twilio needs a full number with plus, or a SIP address`,
    )
  return to
}

function dialable(written: string, what: string): string {
  return target(written, what).value
}

/** Whole seconds of `ms`, at least one. */
function seconds(ms: number, longest: number): number {
  return Math.min(longest, Math.max(1, Math.ceil(ms / 1_000)))
}
