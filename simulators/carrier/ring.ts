/** Rings somebody: asks what they do, waits as long as they take, detects machines, and tells how it went. */
import { Phone } from '../phone/phone.ts'
import { answeringMachine } from '../phone/machine.ts'
import type { FinalStatus, SimulatedCall } from './call.ts'
import type { AnsweredBy, Detection, DialBehaviour } from './world.ts'

export interface RingPlan {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type RingResult = Answered | { readonly type: 'ended' }

export interface Answered {
  readonly type: 'answered'
  readonly detect: (mode: DetectionMode) => Promise<Detected>
}

/** `known`: as soon as it is clear who answered; `greeted`: a machine's greeting is over as well. */
export type DetectionMode = 'known' | 'greeted'

export interface Detected {
  readonly answeredBy: AnsweredBy
  readonly ms: number
}

/** From dialling to the first ring, ms. */
const postDialDelay = 100

/** The call is answered or has ended when this resolves. Rejects when the signal aborts. */
export async function ring(call: SimulatedCall, plan: RingPlan): Promise<RingResult> {
  const { clock } = call.world
  await clock.sleep(postDialDelay, plan.signal)
  call.progress('ringing')
  const behaviour = await call.world.dial(call)
  const after = behaviour.type === 'no-answer' ? Number.POSITIVE_INFINITY : (behaviour.afterMs ?? 500)
  await clock.sleep(Math.min(after, plan.timeoutMs), plan.signal)
  if (after >= plan.timeoutMs) return ended(call, 'no-answer', 'nobody answered', 487)
  switch (behaviour.type) {
    case 'no-answer':
      return ended(call, 'no-answer', 'nobody answered', 487)
    case 'busy':
      return ended(call, 'busy', 'the line is busy', 486)
    case 'reject':
      return ended(call, 'busy', 'the call was declined', 603)
    case 'unreachable':
      return ended(call, 'failed', 'the number cannot be reached', 404)
    case 'answer':
    case 'machine':
      return pickUp(call, behaviour)
    default:
      return behaviour satisfies never
  }
}

function ended(call: SimulatedCall, status: FinalStatus, why: string, sipCode: number): RingResult {
  call.end(status, why, sipCode)
  return { type: 'ended' }
}

function pickUp(call: SimulatedCall, behaviour: Extract<DialBehaviour, { type: 'answer' | 'machine' }>): RingResult {
  const { clock } = call.world
  const started = clock.monotonic()
  const truth = behaviour.type === 'machine' ? installMachine(call, behaviour) : installPerson(call, behaviour.phone)
  call.answer()
  return {
    type: 'answered',
    detect: async (mode) => {
      const found = await truth(mode)
      await delayBy(call, behaviour.detection, clock.monotonic() - started)
      const answeredBy = behaviour.detection?.answeredBy ?? found
      return { answeredBy, ms: clock.monotonic() - started }
    },
  }
}

async function delayBy(call: SimulatedCall, detection: Detection | undefined, passed: number): Promise<void> {
  const left = (detection?.afterMs ?? 0) - passed
  if (left > 0) await call.world.clock.sleep(left, call.scope.signal)
}

/** A short greeting and quiet afterwards: what detectors take for a person (speech-end threshold 1200 ms). */
const personDelay = 1600
/** A greeting longer than this is a machine (speech threshold). */
const machineDelay = 2400

type Truth = (mode: DetectionMode) => Promise<AnsweredBy>

function installPerson(call: SimulatedCall, phone: Phone): Truth {
  call.phone = phone
  return async () => {
    await call.world.clock.sleep(personDelay, call.scope.signal)
    return 'human'
  }
}

function installMachine(call: SimulatedCall, behaviour: Extract<DialBehaviour, { type: 'machine' }>): Truth {
  const { clock } = call.world
  const beep = behaviour.beep ?? true
  const machine = answeringMachine({ clock, greeting: behaviour.greeting, beep })
  call.phone = machine.phone
  return async (mode) => {
    if (mode === 'known') {
      await clock.sleep(machineDelay, call.scope.signal)
      return 'machine_start'
    }
    await machine.greeted
    call.scope.signal.throwIfAborted()
    return beep ? 'machine_end_beep' : 'machine_end_silence'
  }
}
