/** Calls from their beginning: one that comes in from a phone, and one that was ordered by REST. */
import { ring, type DetectionMode, type RingResult } from '../carrier/ring.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { limit, playKeys, queueTime, unlessOver } from '../carrier/steps.ts'
import { complain } from '../carrier/world.ts'
import { reportMachine } from './callbacks.ts'
import type { Reporting, TwilioCall } from './facts.ts'
import { newCall } from './leg.ts'
import { runCall } from './program.ts'
import { startRecording, type RecordingOrder } from './recordings.ts'
import type { Instructions } from './steps.ts'
import type { Account, Application, PhoneNumber, TwilioWorld } from './world.ts'

/** Somebody calls one of our numbers: its webhook decides what happens. */
export function callIn(world: TwilioWorld, call: InboundCall): TwilioCall {
  const owner = ownerOf(world, call.to)
  if (!owner) throw new Error(`no account of this simulator has the number ${call.to}: give it one in \`accounts\``)
  const { account, number } = owner
  const application = account.applications.find(({ sid }) => sid === number.voiceApplicationSid)
  const leg = newCall(world, {
    account,
    direction: 'inbound',
    from: call.from,
    to: call.to,
    phone: call.phone,
    phoneNumberSid: number.sid,
    ...reportingTo(number, application),
  })
  world.background(begin(leg, number, application))
  return leg
}

function ownerOf(
  world: TwilioWorld,
  to: string,
): { readonly account: Account; readonly number: PhoneNumber } | undefined {
  for (const account of world.accounts.values()) {
    const number = account.numbers.find(({ phoneNumber }) => phoneNumber === to)
    if (number) return { account, number }
  }
  return undefined
}

function reportingTo(number: PhoneNumber, application: Application | undefined): { readonly reporting?: Reporting } {
  const url = application ? application.statusCallback : number.statusCallback
  if (!url) return {}
  return { reporting: { url, method: number.statusCallbackMethod, events: new Set(['completed']) } }
}

async function begin(call: TwilioCall, number: PhoneNumber, application: Application | undefined): Promise<void> {
  const source = application ?? number
  if (!source.voiceUrl) {
    complain(call, 21205, `${number.phoneNumber} has no voice URL`)
    return call.end('failed', 'the number has no voice URL')
  }
  await runCall(call, {
    type: 'fetch',
    url: source.voiceUrl,
    method: source.voiceMethod,
    fallback: { url: source.voiceFallbackUrl, method: 'POST' },
  })
}

export interface OutboundOrder {
  readonly account: Account
  readonly to: string
  readonly from: string
  readonly instructions: Instructions
  readonly timeoutMs: number
  readonly timeLimitMs: number | undefined
  readonly sendDigits: string | undefined
  readonly recording: RecordingOrder | undefined
  readonly detection:
    | {
        readonly mode: DetectionMode
        /** Do not wait for the result. */
        readonly background: boolean
        readonly report: { readonly url: string; readonly method: string } | undefined
      }
    | undefined
  readonly reporting: Reporting | undefined
}

/** The call exists at once, queued; dialling goes on by itself. */
export function callOut(world: TwilioWorld, order: OutboundOrder): TwilioCall {
  const { account, to, from, reporting } = order
  const call = newCall(world, {
    account,
    direction: 'outbound-api',
    from,
    to,
    ...(reporting ? { reporting } : {}),
  })
  world.background(unlessOver(call, dialOut(call, order)))
  return call
}

async function dialOut(call: TwilioCall, order: OutboundOrder): Promise<void> {
  const { world } = call
  const { signal } = call.scope
  const wait = queueTime(call)
  call.facts.queueMs = Math.round(wait)
  await world.clock.sleep(wait, signal)
  call.progress('initiated')
  const result = await ring(call, { timeoutMs: order.timeoutMs + world.ringGraceMs, signal })
  if (result.type === 'ended') return
  if (order.timeLimitMs !== undefined) limit(call, order.timeLimitMs)
  if (order.recording) startRecording(call, order.recording)
  await detect(call, order, result)
  if (order.sendDigits) await playKeys(call, order.sendDigits, signal)
  const { instructions } = order
  await runCall(call, instructions.type === 'fetch' ? { ...instructions, fields: detectedFields(call) } : instructions)
}

/** Synchronous detection holds the call back until it knows; asynchronous detection reports when it does. */
async function detect(
  call: TwilioCall,
  order: OutboundOrder,
  answered: Extract<RingResult, { type: 'answered' }>,
): Promise<void> {
  if (!order.detection) return
  const { mode, background, report } = order.detection
  const find = async () => {
    const { answeredBy, ms } = await answered.detect(mode)
    call.facts.answeredBy = answeredBy
    if (background && report) reportMachine(call, report, ms)
  }
  if (!background) return find()
  call.world.background(unlessOver(call, find()))
}

function detectedFields(call: TwilioCall): [string, string][] {
  return call.facts.answeredBy ? [['AnsweredBy', call.facts.answeredBy]] : []
}
