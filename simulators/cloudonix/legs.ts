/** Cloudonix's sessions from their beginning: one that comes in to an application, one that was ordered by REST. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import { Recording } from '../carrier/recording.ts'
import type { Answered } from '../carrier/ring.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { playKeys, unlessOver } from '../carrier/steps.ts'
import { Reporter } from '../carrier/webhook.ts'
import { reportProgress, send } from './callbacks.ts'
import { runCall } from './program.ts'
import { hex, type CloudonixCall, type CloudonixFacts, type CloudonixWorld, type Page } from './world.ts'

type LegPlan = Pick<CallPlan<CloudonixFacts>, 'direction' | 'from' | 'to' | 'phone' | 'parent'> &
  Partial<Pick<CloudonixFacts, 'callback' | 'profile'>>

export function newLeg(cloudonix: CloudonixWorld, { callback, profile = {}, ...rest }: LegPlan): CloudonixCall {
  return new SimulatedCall<CloudonixFacts>(cloudonix, {
    ...rest,
    ref: hex(cloudonix.ids),
    facts: {
      ...{ cloudonix, callback, profile },
      callSid: `CA${hex(cloudonix.ids)}`,
      reporter: new Reporter(cloudonix),
      id: cloudonix.nextId++,
      redirect: undefined,
    },
    progressed: reportProgress,
  })
}

export function callIn(cloudonix: CloudonixWorld, { from, to, phone }: InboundCall): CloudonixCall {
  const { numbers, applications } = cloudonix.account
  const number = numbers.find(({ source }) => source === to)
  if (!number) throw new Error(`the domain of this simulator has no number ${to}: point it somewhere first`)
  const application = applications.get(number.application)
  const call = newLeg(cloudonix, { direction: 'inbound', from, to, phone })
  if (!application?.url) {
    call.end('failed', 'the number has no application')
    return call
  }
  const page = { type: 'fetch', url: application.url, method: application.method } as const
  cloudonix.background(unlessOver(call, runCall(call, page)))
  return call
}

export interface DialOrder {
  readonly to: string
  readonly from: string
  readonly page: Page
  readonly callback: string | undefined
  readonly ringMs: number
  readonly limitMs: number
  readonly digits: string | undefined
  readonly profile: Readonly<Record<string, unknown>>
  readonly recording: { readonly told: string | undefined } | undefined
  readonly detection: { readonly mode: 'Enable' | 'DetectMessageEnd'; readonly told: string | undefined } | undefined
}

export function callOut(cloudonix: CloudonixWorld, order: DialOrder): CloudonixCall {
  const { to, from, callback, profile } = order
  const call = newLeg(cloudonix, { direction: 'outbound-api', from, to, callback, profile })
  placeCall(call, order, (answered) => talk(call, order, answered))
  return call
}

async function talk(call: CloudonixCall, order: DialOrder, answered: Answered): Promise<void> {
  if (order.recording) record(call, order.recording.told)
  if (order.digits) await playKeys(call, order.digits, call.scope.signal)
  if (order.detection) await detect(call, order.detection, answered)
  await runCall(call, order.page)
}

function record(call: CloudonixCall, url: string | undefined): void {
  const { cloudonix } = call.facts
  void new Recording(call, {
    ...{ ref: hex(cloudonix.ids), channels: 2, track: 'both', trim: false },
    changed(recording) {
      if (url === undefined || !recording.over) return
      const whole = recording.status === 'completed'
      const fields = {
        ...{ CallSid: call.facts.callSid, Session: call.ref, RecordingStatus: whole ? 'completed' : 'absent' },
        ...(whole ? { RecordingUrl: `${cloudonix.publicUrl()}/recordings/${recording.ref}.wav` } : {}),
        RecordingDuration: String(recording.seconds),
      }
      cloudonix.background(send(call, { method: 'POST', url, body: JSON.stringify(fields) }, 'application/json'))
    },
  })
}

/** With an address for the result, the document runs meanwhile; without, the call waits. */
async function detect(
  call: CloudonixCall,
  { mode, told }: NonNullable<DialOrder['detection']>,
  result: Answered,
): Promise<void> {
  const find = async () => {
    const found = await result.detect(mode === 'Enable' ? 'known' : 'greeted')
    const silent = found.answeredBy.startsWith('machine') ? 'machine_end_silence' : found.answeredBy
    const body = JSON.stringify({ CallSid: call.facts.callSid, Session: call.ref, AnsweredBy: silent })
    if (told !== undefined) await send(call, { method: 'POST', url: told, body }, 'application/json')
  }
  if (told === undefined) return find()
  call.world.background(unlessOver(call, find()))
}
