/** Telnyx's calls from their beginning: one that is parked until a command comes, one that was ordered by REST. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import type { Answered } from '../carrier/ring.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { playKeys, unlessOver } from '../carrier/steps.ts'
import { Reporter } from '../carrier/webhook.ts'
import { initiatedFacts, emit, reportProgress } from './events.ts'
import { startRecording, type RecordOrder } from './recordings.ts'
import { attach, type StreamOrder } from './stream.ts'
import { uuid, type TelnyxCall, type TelnyxFacts, type TelnyxWorld } from './world.ts'

type LegPlan = Pick<CallPlan<TelnyxFacts>, 'direction' | 'from' | 'to' | 'phone' | 'parent'> &
  Partial<Pick<TelnyxFacts, 'clientState' | 'webhookUrl'>>

export function newLeg(telnyx: TelnyxWorld, plan: LegPlan): TelnyxCall {
  const { clientState, webhookUrl, ...rest } = plan
  return new SimulatedCall<TelnyxFacts>(telnyx, {
    ...rest,
    ref: `v3:${telnyx.ids.token(24)}`,
    facts: {
      telnyx,
      legId: uuid(telnyx.ids),
      sessionId: plan.parent?.facts.sessionId ?? uuid(telnyx.ids),
      reporter: new Reporter(telnyx),
      commands: new Map(),
      clientState,
      webhookUrl,
      playing: undefined,
      sounds: Promise.resolve(),
      detecting: false,
    },
    progressed: reportProgress,
  })
}

/** Parked: nothing happens until the application says what to do, or for too long. */
export function callIn(telnyx: TelnyxWorld, { from, to, phone }: InboundCall): TelnyxCall {
  const number = telnyx.account.numbers.find((one) => one.number === to)
  if (!number) throw new Error(`the account of this simulator has no number ${to}: point it somewhere first`)
  const call = newLeg(telnyx, { direction: 'inbound', from, to, phone })
  void emit(call, 'call.initiated', initiatedFacts(call))
  const drop = () => {
    if (call.startTime === undefined) call.end('failed', 'no command came in time')
  }
  const timer = telnyx.clock.timer(telnyx.firstCommandMs, drop)
  call.scope.defer(() => timer.cancel())
  return call
}

export type DetectionMode = 'premium' | 'detect' | 'detect_beep' | 'detect_words' | 'greeting_end'

export interface DialOrder {
  readonly to: string
  readonly from: string
  readonly ringMs: number
  readonly limitMs: number
  readonly digits: string | undefined
  readonly clientState: string | undefined
  readonly webhookUrl: string | undefined
  readonly stream: StreamOrder | undefined
  readonly detection: DetectionMode | undefined
  readonly record: RecordOrder | undefined
}

export function callOut(telnyx: TelnyxWorld, order: DialOrder): TelnyxCall {
  const { to, from, clientState, webhookUrl } = order
  const call = newLeg(telnyx, { direction: 'outbound-api', from, to, clientState, webhookUrl })
  placeCall(call, order, (answered) => talk(call, order, answered))
  return call
}

async function talk(call: TelnyxCall, order: DialOrder, answered: Answered): Promise<void> {
  if (order.record) startRecording(call, order.record)
  if (order.stream) attach(call, order.stream)
  if (order.detection) call.world.background(unlessOver(call, detect(call, order.detection, answered)))
  if (order.digits) await playKeys(call, order.digits, call.scope.signal)
}

/** First who it is; then, where the mode asks for it, that a machine has finished its greeting. */
async function detect(call: TelnyxCall, mode: DetectionMode, { detect: find }: Answered): Promise<void> {
  const premium = mode === 'premium'
  const head = premium ? 'call.machine.premium' : 'call.machine'
  call.facts.detecting = true
  const { answeredBy } = await find('known')
  call.facts.detecting = false
  const machine = answeredBy.startsWith('machine')
  await emit(call, `${head}.detection.ended`, { result: resultOf(answeredBy, premium) })
  if (!machine || mode === 'detect') return
  const greeted = await find('greeted')
  const beep = greeted.answeredBy === 'machine_end_beep'
  if (mode === 'detect_beep' && !beep) return
  const silent = premium ? 'no_beep_detected' : 'ended'
  await emit(call, `${head}.greeting.ended`, { result: beep ? 'beep_detected' : silent })
}

function resultOf(answeredBy: string, premium: boolean): string {
  if (answeredBy.startsWith('machine')) return 'machine'
  if (answeredBy === 'human') return premium ? 'human_residence' : 'human'
  return premium && answeredBy === 'fax' ? 'fax_detected' : 'not_sure'
}
