/** `<Dial>`: rings one or several numbers, joins the first who answers with the caller, and reports how it went. */
import { join, type Joined } from '../carrier/join.ts'
import type { Recording } from '../carrier/recording.ts'
import { complain } from '../carrier/world.ts'
import type { TwilioCall, TwilioFacts } from './facts.ts'
import { newCall } from './leg.ts'
import type { Element } from './markup.ts'
import { startRecording } from './recordings.ts'
import type { Fields } from './signature.ts'
import { jump, recordingPlan, reportingOf, seconds, type Context, type Outcome } from './steps.ts'

type DialResult = Joined<TwilioFacts>

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
  if (result.leg) fields.push(['DialCallSid', result.leg.ref], ['DialCallDuration', String(result.leg.seconds)])
  return call.over ? 'over' : jump(context, action, method, fields satisfies Fields)
}

function recordDial(context: Context, verb: Element): Recording | undefined {
  const how = verb.attributes.record ?? 'do-not-record'
  if (how === 'do-not-record') return undefined
  return startRecording(context.call, recordingPlan(context, verb, how.endsWith('dual') ? 2 : 1))
}

async function place(context: Context, verb: Element): Promise<DialResult> {
  const { call, signal } = context
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
  const digits = new Map<TwilioCall, string | undefined>()
  for (const noun of nouns) digits.set(legOf(context, noun, callerId), noun.attributes.sendDigits)
  return join(call, {
    legs: [...digits.keys()],
    timeoutMs: seconds(verb.attributes.timeout, 30) + call.world.ringGraceMs,
    limitMs: seconds(verb.attributes.timeLimit, 14_400),
    signal,
    digitsFor: (leg) => digits.get(leg),
    hangupOnStar: verb.attributes.hangupOnStar === 'true',
  })
}

/** The caller's number, the called number, or one of the account's. */
function mayShow(call: TwilioCall, callerId: string): boolean {
  const owned = call.facts.account.numbers.some(({ phoneNumber }) => phoneNumber === callerId)
  return owned || callerId === call.from || callerId === call.to
}

function legOf(context: Context, noun: Element, from: string): TwilioCall {
  const { call } = context
  return newCall(call.facts.twilio, {
    account: call.facts.account,
    direction: 'outbound-dial',
    from,
    to: noun.text,
    parent: call,
    reporting: reportingOf(context, noun, 'statusCallback', 'completed'),
  })
}
