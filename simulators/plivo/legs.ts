/** Calls of Plivo's shape from their beginning: one that comes in to an application, one that was ordered by REST. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import type { Answered } from '../carrier/ring.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { playKeys, unlessOver } from '../carrier/steps.ts'
import { Reporter } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { reportMachine, reportProgress } from './callbacks.ts'
import { runCall } from './program.ts'
import { digitsOf, uuid, type PlivoCall, type PlivoFacts, type PlivoWorld, type Target } from './world.ts'

type LegPlan = Pick<CallPlan<PlivoFacts>, 'direction' | 'from' | 'to' | 'phone' | 'parent'> &
  Partial<Pick<PlivoFacts, 'requestId' | 'hangupTarget' | 'ringTarget'>> & { readonly ref?: string }

export function newLeg(plivo: PlivoWorld, plan: LegPlan): PlivoCall {
  const { requestId, hangupTarget, ringTarget, ref, ...rest } = plan
  return new SimulatedCall<PlivoFacts>(plivo, {
    ...rest,
    from: withPlus(plan.from),
    to: withPlus(plan.to),
    ref: ref ?? uuid(plivo.ids),
    facts: {
      ...{ plivo, requestId, hangupTarget, ringTarget },
      reporter: new Reporter(plivo),
      answeredBy: undefined,
      greeted: undefined,
      redirect: undefined,
      hangupCode: undefined,
    },
    progressed: reportProgress,
  })
}

/** Numbers come with a plus or without one; SIP addresses stay. */
function withPlus(party: string): string {
  return /^\d+$/.test(party) ? `+${party}` : party
}

export function callIn(plivo: PlivoWorld, { from, to, phone }: InboundCall): PlivoCall {
  const { numbers, applications } = plivo.account
  const number = numbers.find((one) => one.number === digitsOf(to))
  if (!number) throw new Error(`the account of this simulator has no number ${to}: point it somewhere first`)
  const application = applications.get(number.application)
  const hangupTarget = application && { url: application.hangupUrl, method: application.hangupMethod }
  const call = newLeg(plivo, { direction: 'inbound', from, to, phone, hangupTarget })
  if (!application?.answerUrl) {
    complain(call, 7011, `${to} has no application with an answer URL`)
    call.end('failed', 'nobody answers this number')
    return call
  }
  const target = { url: application.answerUrl, method: application.answerMethod }
  const fallback = { url: application.fallbackUrl, method: 'POST' }
  plivo.background(unlessOver(call, runCall(call, { target, fallback, fields: { Event: 'StartApp' } })))
  return call
}

export interface DialOrder {
  readonly to: string
  readonly from: string
  readonly answer: Target
  readonly fallback: Target | undefined
  readonly ring: Target | undefined
  readonly hangup: Target | undefined
  readonly ringMs: number
  readonly limitMs: number
  readonly digits: string | undefined
  readonly detection: { readonly mode: 'true' | 'hangup'; readonly told: Target | undefined } | undefined
}

/** The call's id is the request's, as it usually is. */
export function callOut(plivo: PlivoWorld, order: DialOrder): PlivoCall {
  const ref = uuid(plivo.ids)
  const { from, to, ring: ringTarget, hangup: hangupTarget } = order
  const call = newLeg(plivo, { direction: 'outbound-api', from, to, ref, requestId: ref, ringTarget, hangupTarget })
  placeCall(call, order, (answered) => talk(call, order, answered))
  return call
}

async function talk(call: PlivoCall, order: DialOrder, answered: Answered): Promise<void> {
  const greeted = answered.detect('greeted')
  greeted.catch(() => undefined) // the call may end before its greeting
  call.facts.greeted = greeted.then(() => undefined)
  call.facts.greeted.catch(() => undefined)
  const machine = await detect(call, order, answered)
  if (call.over) return
  if (order.digits) await playKeys(call, order.digits, call.scope.signal)
  const fields = { Event: 'StartApp', ...(machine ? { Machine: 'true' } : {}) }
  await runCall(call, { target: order.answer, ...(order.fallback ? { fallback: order.fallback } : {}), fields })
}

/** Without an address for the result the call waits for it; with one, only machines are told of. */
async function detect(call: PlivoCall, { detection }: DialOrder, answered: Answered): Promise<boolean> {
  if (!detection) return false
  const { mode, told } = detection
  const find = async () => {
    const { answeredBy } = await answered.detect('known')
    call.facts.answeredBy = answeredBy
    const machine = answeredBy.startsWith('machine')
    if (told && (machine || call.facts.plivo.kind.tellsPeople))
      reportMachine(call, told, machine, mode === 'hangup' ? 'hangup' : 'continue')
    if (!machine || mode !== 'hangup') return machine
    call.facts.hangupCode = 9100
    call.end('completed', 'a machine answered')
    return machine
  }
  if (!told) return find()
  call.world.background(
    unlessOver(
      call,
      find().then(() => undefined),
    ),
  )
  return false
}
