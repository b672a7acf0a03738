/** `<Dial>`: rings one or several numbers, joins the first who answers with the caller, and reports how it went. */
import { bridge } from './audio.ts'
import { SimulatedCall } from './call.ts'
import { complain } from './callbacks.ts'
import type { Element } from './markup.ts'
import { Recording } from './recording.ts'
import { ring } from './ring.ts'
import type { Fields } from './signature.ts'
import {
  jump,
  orAbort,
  playTo,
  recordingPlan,
  reportingOf,
  seconds,
  sendKeys,
  type Context,
  type Outcome,
} from './steps.ts'
import { keypad } from '../sound/tones.ts'

interface DialResult {
  readonly status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'
  readonly leg: SimulatedCall | undefined
}

export async function dial(context: Context, verb: Element): Promise<Outcome> {
  const { call } = context
  const { action, method } = verb.attributes
  const recording = recordDial(context, verb)
  const result = await place(context, verb).finally(() => recording?.stop())
  if (!action) return 'next'
  const fields: [string, string][] = [
    ['DialCallStatus', result.status],
    ['DialBridged', String(result.status === 'completed')],
  ]
  if (result.leg) fields.push(['DialCallSid', result.leg.sid], ['DialCallDuration', String(result.leg.seconds)])
  return call.over ? 'over' : jump(context, action, method, fields satisfies Fields)
}

function recordDial(context: Context, verb: Element): Recording | undefined {
  const how = verb.attributes.record ?? 'do-not-record'
  if (how === 'do-not-record') return undefined
  return new Recording(context.call, recordingPlan(context, verb, how.endsWith('dual') ? 2 : 1))
}

async function place(context: Context, verb: Element): Promise<DialResult> {
  const { call } = context
  const callerId = verb.attributes.callerId ?? call.from
  if (!mayShow(call, callerId)) {
    complain(call, 13214, `Dial: Invalid callerId value "${callerId}"`)
    return { status: 'failed', leg: undefined }
  }
  const nouns = verb.text ? [{ ...verb, attributes: {}, children: [] }] : verb.children
  const wrong = nouns.find((noun) => !(noun.name === 'Sip' ? /^sips?:.+@.+/ : /^\+?[0-9 ().-]{3,25}$/).test(noun.text))
  if (wrong) {
    complain(call, 13224, `Dial: Twilio does not support calling "${wrong.text}" or it is invalid`)
    return { status: 'failed', leg: undefined }
  }
  const legs = nouns.map((noun) => legOf(context, noun, callerId))
  try {
    return await firstAnswer(context, verb, legs)
  } finally {
    for (const { leg } of legs) leg.end(leg.startTime === undefined ? 'canceled' : 'completed', 'the dial is over')
  }
}

/** The caller's number, the called number, or one of the account's. */
function mayShow(call: SimulatedCall, callerId: string): boolean {
  const owned = call.account.numbers.some(({ phoneNumber }) => phoneNumber === callerId)
  return owned || callerId === call.from || callerId === call.to
}

interface Leg {
  readonly leg: SimulatedCall
  readonly digits: string | undefined
}

function legOf(context: Context, noun: Element, from: string): Leg {
  const { call } = context
  const leg = new SimulatedCall(call.world, {
    account: call.account,
    direction: 'outbound-dial',
    from,
    to: noun.text,
    parent: call,
    reporting: reportingOf(context, noun, 'statusCallback', 'completed'),
  })
  return { leg, digits: noun.attributes.sendDigits }
}

async function firstAnswer(context: Context, verb: Element, legs: readonly Leg[]): Promise<DialResult> {
  const { call } = context
  const timeoutMs = seconds(verb.attributes.timeout, 30) + call.world.ringGraceMs
  const ringing = legs.map(async (one) => {
    one.leg.progress('initiated')
    const result = await ring(one.leg, { timeoutMs, signal: AbortSignal.any([context.signal, one.leg.scope.signal]) })
    if (result.type === 'ended') throw new Error('not answered')
    return one
  })
  for (const rung of ringing) rung.catch(() => undefined) // a leg that loses the race is nobody's failure
  const winner = await orAbort(
    Promise.any(ringing).catch(() => undefined),
    context.signal,
  )
  if (!winner) return { status: statusOf(legs), leg: legs.at(-1)?.leg }
  for (const { leg } of legs) if (leg !== winner.leg) leg.end('canceled', 'somebody else answered')
  call.answer()
  return talk(context, verb, winner)
}

function statusOf(legs: readonly Leg[]): DialResult['status'] {
  const status = legs.at(-1)?.leg.status
  return status === 'busy' || status === 'no-answer' || status === 'failed' || status === 'canceled' ? status : 'failed'
}

async function talk(context: Context, verb: Element, { leg, digits }: Leg): Promise<DialResult> {
  const { call, signal } = context
  if (digits) {
    sendKeys(leg, digits)
    await playTo(leg, keypad(digits), signal)
  }
  const joined = bridge(call.audio, leg.audio)
  const keyed = (digit: string) => {
    if (digit === '*' && verb.attributes.hangupOnStar === 'true') leg.end('completed', 'the caller pressed *')
  }
  call.keyed.add(keyed)
  const limit = new AbortController()
  const longest = call.world.clock.sleep(seconds(verb.attributes.timeLimit, 14_400), limit.signal)
  try {
    await orAbort(Promise.race([leg.ended, longest]), signal)
  } finally {
    longest.catch(() => undefined) // aborted on the next line, on purpose
    limit.abort()
    call.keyed.delete(keyed)
    joined[Symbol.dispose]()
  }
  return { status: 'completed', leg }
}
