/** REST: `/Calls` (docs/voice/api/call-resource): create, change, hang up. */
import { errors } from './errors.ts'
import type { Reporting, TwilioCall } from './facts.ts'
import { bad, checked, good, type Check, type Form } from './parameters.ts'
import { callOut, type OutboundOrder } from './place.ts'
import type { RecordingOrder } from './recordings.ts'
import type { Instructions } from './steps.ts'
import type { Account, TwilioWorld } from './world.ts'

const createFields = [
  'To', 'From', 'Url', 'Method', 'Twiml', 'ApplicationSid', 'FallbackUrl', 'FallbackMethod', 'StatusCallback',
  'StatusCallbackMethod', 'StatusCallbackEvent', 'Timeout', 'TimeLimit', 'SendDigits', 'Record', 'RecordingChannels',
  'RecordingTrack', 'RecordingStatusCallback', 'RecordingStatusCallbackMethod', 'RecordingStatusCallbackEvent', 'Trim',
  'MachineDetection', 'MachineDetectionTimeout', 'MachineDetectionSpeechThreshold',
  'MachineDetectionSpeechEndThreshold', 'MachineDetectionSilenceTimeout', 'AsyncAmd', 'AsyncAmdStatusCallback',
  'AsyncAmdStatusCallbackMethod', 'CallerId', 'CallReason', 'CallToken', 'SipAuthUsername', 'SipAuthPassword', 'Byoc',
] as const // prettier-ignore

const updateFields = [
  'Url', 'Method', 'Twiml', 'Status', 'FallbackUrl', 'FallbackMethod', 'StatusCallback', 'StatusCallbackMethod',
  'TimeLimit',
] as const // prettier-ignore

export function createCall(world: TwilioWorld, account: Account, form: URLSearchParams): Check<TwilioCall> {
  const order = checked((fields) => readOrder(world, account, fields), form)
  return order.ok ? good(callOut(world, order.value)) : order
}

function readOrder(world: TwilioWorld, account: Account, form: Form): OutboundOrder {
  if (world.strict) form.only(createFields)
  const to = form.text('To') ?? form.refuse(21201, "No 'To' number is specified")
  const from = form.text('From') ?? form.refuse(21213, "No 'From' number is specified")
  if (!isParty(to) || to === from) form.refuse(21211, `Invalid 'To' Phone Number: ${to}`)
  if (!isParty(from)) form.refuse(21212, `Invalid 'From' Number: ${from}`)
  const owned = account.numbers.some(({ phoneNumber }) => phoneNumber === from)
  if (from.startsWith('+') && !owned) {
    form.refuse(21210, `The source phone number provided, ${from}, is not yet verified for your account`)
  }
  const digits = form.text('SendDigits')
  if (digits && !/^[0-9A-D#*wW]{1,32}$/.test(digits)) form.refuse(21206, `Invalid SendDigits: ${digits}`)
  const timeLimit = form.number('TimeLimit', { min: 1, max: 86_400, code: 21209 })
  return {
    account,
    to,
    from,
    instructions: readInstructions(account, form) ?? form.refuse(21205, 'Url parameter is required'),
    timeoutMs: 1000 * (form.number('Timeout', { min: 1, max: 600, code: 21207 }) ?? 60),
    timeLimitMs: timeLimit === undefined ? undefined : timeLimit * 1000,
    sendDigits: digits,
    recording: form.truth('Record') ? readRecording(form, 'OutboundAPI', 'trim-silence') : undefined,
    detection: readDetection(form),
    reporting: readReporting(account, form),
  }
}

/** E.164, or an address of a SIP phone or a client. Twilio puts the missing plus before a number itself; strictness asks for it. */
function isParty(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text) || /^(sips?:.+@.+|client:.+)$/.test(text)
}

/** `Url` wins over `Twiml`, silently; an application wins over both. */
function readInstructions(account: Account, form: Form): Instructions | undefined {
  const sid = form.text('ApplicationSid')
  if (sid !== undefined) {
    const application = account.applications.find((one) => one.sid === sid)
    if (!application) return form.refuse(21218, `Invalid ApplicationSid: ${sid}`)
    const fallback = { url: application.voiceFallbackUrl, method: 'POST' }
    return { type: 'fetch', url: application.voiceUrl, method: application.voiceMethod, fallback }
  }
  const url = form.address('Url', 21205)
  const method = form.method('Method')
  const fallback = { url: form.address('FallbackUrl', 21205) ?? '', method: form.method('FallbackMethod') }
  if (url !== undefined) return { type: 'fetch', url, method, fallback }
  const text = form.text('Twiml')
  if (text === undefined) return undefined
  if (text.length > 4000) form.refuse(32018, 'Twiml size exceeded maximum allowed value of 4000 characters')
  return { type: 'markup', text }
}

function readReporting(account: Account, form: Form): Reporting | undefined {
  const events = form.events(
    'StatusCallbackEvent',
    ['initiated', 'ringing', 'answered', 'completed'],
    ['completed'],
    21626,
  )
  const application = account.applications.find((one) => one.sid === form.text('ApplicationSid'))
  if (application) {
    return application.statusCallback
      ? { url: application.statusCallback, method: 'POST', events: new Set(['completed']) }
      : undefined
  }
  const url = form.address('StatusCallback', 21609)
  const method = form.method('StatusCallbackMethod')
  return url === undefined ? undefined : { url, method, events }
}

export function readRecording(form: Form, source: RecordingOrder['source'], usualTrim: string): RecordingOrder {
  const url = form.address('RecordingStatusCallback', 21609)
  const method = form.method('RecordingStatusCallbackMethod')
  const events = form.events(
    'RecordingStatusCallbackEvent',
    ['in-progress', 'completed', 'absent'],
    ['completed'],
    21626,
  )
  const trim = form.word('Trim', ['trim-silence', 'do-not-trim'], 20001) ?? usualTrim
  return {
    source,
    channels: form.word('RecordingChannels', ['mono', 'dual'], 20001) === 'dual' ? 2 : 1,
    track: form.word('RecordingTrack', ['both', 'inbound', 'outbound'], 20001) ?? 'both',
    trim: trim === 'trim-silence',
    reporting: url === undefined ? undefined : { url, method, events },
  }
}

function readDetection(form: Form): OutboundOrder['detection'] {
  const wanted = form.word('MachineDetection', ['Enable', 'DetectMessageEnd'], 20001)
  form.number('MachineDetectionTimeout', { min: 3, max: 59, code: 20001 })
  form.number('MachineDetectionSpeechThreshold', { min: 1000, max: 6000, code: 20001 })
  form.number('MachineDetectionSpeechEndThreshold', { min: 500, max: 5000, code: 20001 })
  form.number('MachineDetectionSilenceTimeout', { min: 2000, max: 10_000, code: 20001 })
  const background = form.truth('AsyncAmd')
  const url = form.address('AsyncAmdStatusCallback', 21609)
  const method = form.method('AsyncAmdStatusCallbackMethod')
  // Keys to be sent come first: with both, detection is ignored (parameter text of SendDigits).
  if (!wanted || form.text('SendDigits')) return undefined
  const mode = wanted === 'Enable' ? 'known' : 'greeted'
  return { mode, background, report: url === undefined ? undefined : { url, method } }
}

/** `Status=completed` ends a call in any state; `canceled` only before it is answered; other updates redirect it. */
export function updateCall(call: TwilioCall, form: URLSearchParams): Check<TwilioCall> {
  const update = checked((fields) => readUpdate(call, fields), form)
  if (!update.ok) return update
  const { status, instructions, reporting } = update.value
  if (call.over) return { ok: false, error: errors.notInProgress }
  const { facts } = call
  if (reporting) facts.reporting = { ...reporting, events: facts.reporting?.events ?? reporting.events }
  if (status === 'canceled' && call.startTime !== undefined) {
    return bad(21220, 'Call is in-progress. Cannot cancel.')
  }
  if (status) {
    const ringing = call.startTime === undefined
    call.drop(ringing ? 'canceled' : 'completed', `ended by REST: Status=${status}`)
  } else if (instructions) {
    if (!facts.redirect || call.startTime === undefined) return { ok: false, error: errors.notInProgress }
    facts.redirect(instructions)
  }
  return good(call)
}

function readUpdate(call: TwilioCall, form: Form) {
  if (call.facts.twilio.strict) form.only(updateFields)
  const status = form.word('Status', ['completed', 'canceled'], 21218)
  const instructions = readInstructions(call.facts.account, form)
  if (form.has('Url') && form.has('Twiml')) form.refuse(20001, 'Url and Twiml are mutually exclusive')
  return { status, instructions, reporting: readReporting(call.facts.account, form) }
}
