/** Vonage's legs from their beginning: one that comes in to the application, one that was ordered by REST. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import type { Answered } from '../carrier/ring.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { playKeys, unlessOver } from '../carrier/steps.ts'
import { Reporter } from '../carrier/webhook.ts'
import { send, tell, reportProgress } from './events.ts'
import { nccoOf, runCall } from './ncco.ts'
import {
  digitsOf,
  targetsOf,
  uuid,
  type Page,
  type Target,
  type VonageCall,
  type VonageFacts,
  type VonageWorld,
} from './world.ts'

type LegPlan = Pick<CallPlan<VonageFacts>, 'direction' | 'from' | 'to' | 'phone' | 'parent'> &
  Pick<VonageFacts, 'events'> & { readonly conversation?: string; readonly endAsked?: boolean }

export function newLeg(vonage: VonageWorld, { conversation, events, endAsked = false, ...rest }: LegPlan): VonageCall {
  return new SimulatedCall<VonageFacts>(vonage, {
    ...rest,
    ref: uuid(vonage.ids),
    facts: {
      ...{ vonage, events, endAsked },
      conversation: conversation ?? `CON-${uuid(vonage.ids)}`,
      reporter: new Reporter(vonage),
      redirect: undefined,
      playing: undefined,
    },
    progressed: reportProgress,
  })
}

export function callIn(vonage: VonageWorld, { from, to, phone }: InboundCall): VonageCall {
  const { numbers, application } = vonage.account
  const number = numbers.get(digitsOf(to))
  if (!number) throw new Error(`the account of this simulator has no number ${to}: point it somewhere first`)
  const { answer, events } = targetsOf(application)
  const call = newLeg(vonage, { direction: 'inbound', from, to, phone, events })
  if (!number.linked || !answer.url) {
    call.end('failed', 'the number leads to no application')
    return call
  }
  for (const status of ['started', 'ringing']) vonage.background(tell(call, status))
  vonage.background(unlessOver(call, runCall(call, { type: 'fetch', target: answer })))
  return call
}

export interface Detection {
  readonly behavior: 'continue' | 'hangup'
  readonly mode: 'default' | 'detect' | 'detect_beep'
  readonly beepMs: number
}

export interface DialOrder {
  readonly to: string
  readonly from: string
  readonly page: Page
  readonly events: Target | undefined
  readonly ringMs: number
  readonly limitMs: number
  readonly digits: string | undefined
  readonly detection: Detection | undefined
}

export function callOut(vonage: VonageWorld, order: DialOrder): VonageCall {
  const { from, to } = order
  const events = order.events ?? targetsOf(vonage.account.application).events
  const call = newLeg(vonage, { direction: 'outbound-api', from, to, events })
  placeCall(call, order, (answered) => talk(call, order, answered))
  return call
}

async function talk(call: VonageCall, order: DialOrder, answered: Answered): Promise<void> {
  if (order.digits) await playKeys(call, order.digits.replaceAll('p', 'w'), call.scope.signal)
  if (order.detection) call.world.background(unlessOver(call, detect(call, order.detection, answered)))
  await runCall(call, order.page)
}

/** Told under another name of the leg, and its answer may be an NCCO. */
async function detect(call: VonageCall, { behavior, mode, beepMs }: Detection, result: Answered): Promise<void> {
  const { answeredBy } = await result.detect('known')
  const machine = answeredBy.startsWith('machine')
  await report(call, machine ? 'machine' : 'human')
  if (!machine) return
  if (behavior === 'hangup') return call.end('completed', 'a machine answered')
  if (mode !== 'detect_beep') return
  const { clock } = call.world
  const late = clock.sleep(beepMs, call.scope.signal).then(() => 'beep_timeout')
  late.catch(() => undefined) // the call ended first
  const beep = result.detect('greeted').then((found) => (found.answeredBy === 'machine_end_beep' ? 'beep_start' : late))
  await report(call, 'machine', await Promise.race([beep, late]))
}

async function report(call: VonageCall, status: string, state?: string): Promise<void> {
  const { events, conversation, vonage, reporter } = call.facts
  if (!events?.url) return
  const fields = {
    call_uuid: call.ref,
    conversation_uuid: conversation,
    ...{ from: digitsOf(call.from), to: digitsOf(call.to), status },
    ...(state === undefined ? {} : { sub_state: state }),
    timestamp: new Date(vonage.clock.now()).toISOString(),
  }
  await reporter.send(async () => {
    const reply = await send(call, events, fields)
    const text = reply && Buffer.from(reply.body).toString().trim()
    const ncco = text?.startsWith('[') && !call.over ? nccoOf(call, text) : undefined
    if (ncco) call.facts.redirect?.({ type: 'ncco', ncco })
  }, false)
}
