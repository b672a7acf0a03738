/** The REST API of 2010-04-01: authentication and routing. */
import { answerRest, basicOf, json, same, type RestReply, type Routed, type RestRequest } from '../carrier/rest.ts'
import { errorBody, errors, notFound, type RestError } from './errors.ts'
import type { TwilioCall } from './facts.ts'
import type { Check } from './parameters.ts'
import type { TwilioRecording } from './recordings.ts'
import { accountResource, callResource, numberResource, pageOf, recordingResource } from './resources.ts'
import { createCall, updateCall } from './rest-calls.ts'
import { availableNumbers, buyNumber, updateNumber } from './rest-numbers.ts'
import { createRecording, recordingOf, updateRecording } from './rest-recordings.ts'
import type { Account, TwilioWorld } from './world.ts'

/** The answer, or undefined when a fault swallows it: close the connection then. */
export function handleRest(world: TwilioWorld, request: RestRequest): Promise<RestReply | undefined> {
  return answerRest(world, request, {
    route: (routed) => route(world, routed),
    refuse: (status) =>
      refusal(status === 429 ? errors.rateLimited : { status, code: 20500, message: 'Internal Server Error' }),
    // The one secret a body can hold.
    shown: (body) => body.replace(/(SipAuthPassword=)[^&]*/g, '$1***'),
  })
}

function route(world: TwilioWorld, request: Routed): RestReply {
  const match = /^\/2010-04-01\/Accounts\/([^/]+?)(?:\/(.+?))?(\.json|\.wav|\.mp3)?$/.exec(request.pathname)
  if (!match) return refusal(notFound(request.pathname))
  const account = authenticated(world, request.headers.authorization)
  if (!account) return refusal(errors.credentials)
  if (account.sid !== match[1]) return refusal(notFound(request.pathname))
  const segments = (match[2] ?? '').split('/')
  if (match[3] === '.wav' || match[3] === undefined) return media(world, account, segments, request.pathname)
  if (match[3] === '.mp3') return refusal({ status: 415, code: 20415, message: 'this simulator has .wav only' })
  return resource(world, account, segments, request)
}

/** Basic: the account with its token, or an API key with its secret. */
function authenticated(world: TwilioWorld, header: string | undefined): Account | undefined {
  const { user, password } = basicOf(header)
  for (const account of world.accounts.values()) {
    const secret = account.sid === user ? account.authToken : account.keys.get(user)
    if (secret !== undefined) return same(secret, password) ? account : undefined
  }
  return undefined
}

function media(world: TwilioWorld, account: Account, segments: readonly string[], path: string): RestReply {
  const recording = segments[0] === 'Recordings' ? world.recordings.get(segments[1] ?? '') : undefined
  if (!recording || recording.call.facts.account !== account || recording.status !== 'completed')
    return refusal(notFound(path))
  return { status: 200, headers: { 'content-type': 'audio/x-wav' }, body: recording.wav() }
}

function resource(world: TwilioWorld, account: Account, segments: readonly string[], request: Routed): RestReply {
  const [kind, first, second, third] = segments
  switch (kind) {
    case '':
      return request.method === 'GET' ? json(200, accountResource(account)) : refusal(errors.method)
    case 'Calls':
      if (second === 'Recordings') return callRecordings(world, account, request, { call: first, recording: third })
      return second === undefined ? calls(world, account, request, first) : refusal(notFound(request.pathname))
    case 'Recordings':
      return recordings(world, account, request, first)
    case 'IncomingPhoneNumbers':
      return numbers(world, account, request, first)
    case 'AvailablePhoneNumbers': {
      const found = availableNumbers(first ?? '', second ?? '', request.query)
      return found && request.method === 'GET' ? json(200, found) : refusal(notFound(request.pathname))
    }
    default:
      return refusal(notFound(request.pathname))
  }
}

function calls(world: TwilioWorld, account: Account, request: Routed, sid: string | undefined): RestReply {
  if (sid === undefined) {
    if (request.method === 'POST') return reply(201, createCall(world, account, formOf(request)), callResource)
    if (request.method !== 'GET') return refusal(errors.method)
    const all = [...world.calls.values()].filter(
      (call) => call.facts.account === account && matches(call, request.query),
    )
    return json(200, pageOf('calls', all.toReversed().map(callResource), request.pathname, request.query))
  }
  const call = callOf(world, account, sid)
  if (!call) return refusal(notFound(request.pathname))
  if (request.method === 'GET') return json(200, callResource(call))
  if (request.method === 'DELETE') return removeCall(world, call)
  return request.method === 'POST'
    ? reply(200, updateCall(call, formOf(request)), callResource)
    : refusal(errors.method)
}

function matches(call: TwilioCall, query: URLSearchParams): boolean {
  const fits = (name: string, value: string | undefined) => !query.get(name) || query.get(name) === value
  return (
    fits('To', call.to) &&
    fits('From', call.from) &&
    fits('Status', call.status) &&
    fits('ParentCallSid', call.parent?.ref)
  )
}

function removeCall(world: TwilioWorld, call: TwilioCall): RestReply {
  if (!call.over) return refusal({ status: 409, code: 20009, message: 'Cannot delete a call that is in progress' })
  world.calls.delete(call.ref)
  return { status: 204, headers: {}, body: '' }
}

function callOf(world: TwilioWorld, account: Account, sid: string | undefined): TwilioCall | undefined {
  const call = world.calls.get(sid ?? '')
  return call?.facts.account === account ? call : undefined
}

function callRecordings(
  world: TwilioWorld,
  account: Account,
  request: Routed,
  sids: { readonly call: string | undefined; readonly recording: string | undefined },
): RestReply {
  const call = callOf(world, account, sids.call)
  if (!call) return refusal(notFound(request.pathname))
  if (sids.recording === undefined) {
    if (request.method === 'POST') return reply(201, createRecording(call, formOf(request)), recordingResource)
    return json(200, pageOf('recordings', call.recordings.map(recordingResource), request.pathname, request.query))
  }
  const recording = recordingOf(call, sids.recording)
  if (!recording) return refusal(notFound(request.pathname))
  if (request.method === 'GET') return json(200, recordingResource(recording))
  return reply(200, updateRecording(recording, formOf(request)), recordingResource)
}

function recordings(world: TwilioWorld, account: Account, request: Routed, sid: string | undefined): RestReply {
  const own = [...world.recordings.values()].filter(({ call }) => call.facts.account === account)
  if (sid === undefined)
    return json(200, pageOf('recordings', own.map(recordingResource), request.pathname, request.query))
  const recording: TwilioRecording | undefined = own.find((one) => one.ref === sid)
  if (!recording) return refusal(notFound(request.pathname))
  if (request.method !== 'DELETE') return json(200, recordingResource(recording))
  world.recordings.delete(sid)
  return { status: 204, headers: {}, body: '' }
}

function numbers(world: TwilioWorld, account: Account, request: Routed, sid: string | undefined): RestReply {
  const show = (number: Account['numbers'][number]) => numberResource(account, number)
  if (sid === undefined) {
    if (request.method === 'POST') return reply(201, buyNumber(world, account, formOf(request)), show)
    const wanted = request.query.get('PhoneNumber')
    const found = account.numbers.filter(({ phoneNumber }) => !wanted || phoneNumber === wanted)
    return json(200, pageOf('incoming_phone_numbers', found.map(show), request.pathname, request.query))
  }
  const number = account.numbers.find((one) => one.sid === sid)
  if (!number) return refusal(notFound(request.pathname))
  if (request.method === 'GET') return json(200, show(number))
  if (request.method === 'POST') return reply(200, updateNumber(world, number, formOf(request)), show)
  account.numbers.splice(account.numbers.indexOf(number), 1)
  return { status: 204, headers: {}, body: '' }
}

function formOf(request: RestRequest): URLSearchParams {
  return new URLSearchParams(request.body)
}

function reply<T>(status: number, result: Check<T>, show: (value: T) => unknown): RestReply {
  return result.ok ? json(status, show(result.value)) : refusal(result.error)
}

function refusal(error: RestError): RestReply {
  const challenge: Record<string, string> =
    error.status === 401 ? { 'www-authenticate': 'Basic realm="Twilio API"' } : {}
  const answer = json(error.status, errorBody(error))
  return { ...answer, headers: { ...answer.headers, ...challenge } }
}
