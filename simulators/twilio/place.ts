/** Calls from their beginning: one that comes in from a phone, and one that was ordered by REST. */
import type { Phone } from '../phone/phone.ts'
import { keypad } from '../sound/tones.ts'
import { SimulatedCall, type Reporting } from './call.ts'
import { complain, reportMachine } from './callbacks.ts'
import { runCall } from './program.ts'
import { startRecording, type RecordingPlan } from './recording.ts'
import { ring, type DetectionMode, type RingResult } from './ring.ts'
import { playTo, sendKeys, type Instructions } from './steps.ts'
import type { Account, Application, PhoneNumber, World } from './world.ts'

export interface InboundCall {
  readonly from: string
  /** A number of one of the simulator's accounts. */
  readonly to: string
  readonly phone: Phone
}

/** Somebody calls one of our numbers: its webhook decides what happens. */
export function callIn(world: World, call: InboundCall): SimulatedCall {
  const owner = ownerOf(world, call.to)
  if (!owner) throw new Error(`no account of this simulator has the number ${call.to}: give it one in \`accounts\``)
  const { account, number } = owner
  const application = account.applications.find(({ sid }) => sid === number.voiceApplicationSid)
  const leg = new SimulatedCall(world, {
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

function ownerOf(world: World, to: string): { readonly account: Account; readonly number: PhoneNumber } | undefined {
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

async function begin(call: SimulatedCall, number: PhoneNumber, application: Application | undefined): Promise<void> {
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
  readonly recording: RecordingPlan | undefined
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
export function callOut(world: World, order: OutboundOrder): SimulatedCall {
  const { account, to, from, reporting } = order
  const call = new SimulatedCall(world, {
    account,
    direction: 'outbound-api',
    from,
    to,
    ...(reporting ? { reporting } : {}),
  })
  world.background(unlessOver(call, dialOut(call, order)))
  return call
}

async function dialOut(call: SimulatedCall, order: OutboundOrder): Promise<void> {
  const { world } = call
  const { signal } = call.scope
  await world.clock.sleep(queueTime(call), signal)
  call.progress('initiated')
  const result = await ring(call, { timeoutMs: order.timeoutMs + world.ringGraceMs, signal })
  if (result.type === 'ended') return
  if (order.timeLimitMs !== undefined) limit(call, order.timeLimitMs)
  if (order.recording) startRecording(call, order.recording)
  await detect(call, order, result)
  if (order.sendDigits) {
    sendKeys(call, order.sendDigits)
    await playTo(call, keypad(order.sendDigits), signal)
  }
  const { instructions } = order
  await runCall(call, instructions.type === 'fetch' ? { ...instructions, fields: detectedFields(call) } : instructions)
}

/** Calls a second are limited by letting more wait, not by refusing them. */
function queueTime(call: SimulatedCall): number {
  const { world } = call
  const now = world.clock.monotonic()
  const at = Math.max(now, world.nextDial)
  world.nextDial = at + 1000 / world.callsPerSecond
  call.queueMs = Math.round(at - now)
  return at - now
}

function limit(call: SimulatedCall, ms: number): void {
  const timer = call.world.clock.timer(ms, () => call.end('completed', 'the time limit was reached'))
  call.scope.defer(() => timer.cancel())
}

/** Synchronous detection holds the call back until it knows; asynchronous detection reports when it does. */
async function detect(
  call: SimulatedCall,
  order: OutboundOrder,
  answered: Extract<RingResult, { type: 'answered' }>,
): Promise<void> {
  if (!order.detection) return
  const { mode, background, report } = order.detection
  const find = async () => {
    const { answeredBy, ms } = await answered.detect(mode)
    call.answeredBy = answeredBy
    if (background && report) reportMachine(call, report, ms)
  }
  if (!background) return find()
  call.world.background(unlessOver(call, find()))
}

/** Whatever a call waited for is aborted by its end; that is no failure. */
async function unlessOver(call: SimulatedCall, task: Promise<void>): Promise<void> {
  try {
    await task
  } catch (error) {
    if (!call.over) throw error
  }
}

function detectedFields(call: SimulatedCall): [string, string][] {
  return call.answeredBy ? [['AnsweredBy', call.answeredBy]] : []
}
