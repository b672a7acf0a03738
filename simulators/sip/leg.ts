/** A leg between a simulated person and the gateway: the call, and the sound it opens with. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { complain } from '../carrier/world.ts'
import { openSound } from './sound.ts'
import type { SipCall, SipFacts, SipWorld } from './world.ts'

export function newLeg(world: SipWorld, plan: Omit<CallPlan<SipFacts>, 'facts' | 'ref'> & { ref?: string }): SipCall {
  return new SimulatedCall<SipFacts>(world, {
    ref: world.ids.token(12),
    ...plan,
    facts: { session: undefined, sound: undefined, local: undefined, held: false, sentOn: false },
  })
}

export async function openLegSound(world: SipWorld, call: SipCall): Promise<void> {
  const { clock, ids, faults, at } = world
  const sound = await openSound({
    ...{ clock, ids, faults, host: at.address },
    onDigit: (digit) => call.phone.receive(digit),
    onWrong: (why) => complain(call, 0, `the gateway sent ${why}`),
  })
  call.scope.use(sound)
  call.facts.sound = sound
  call.audio.player = sound
  call.audio.taps.add((said) => sound.say(said))
  call.keyed.add((digit) => {
    if (!sound.press(digit)) background(call, sendInfo(call, digit))
  })
}

async function sendInfo({ facts }: SipCall, digit: string): Promise<void> {
  await facts.session?.info('application/dtmf-relay', `Signal=${digit}\r\nDuration=160\r\n`)
}

export function background(call: SipCall, task: Promise<unknown>): void {
  call.world.background(
    task.catch((error: unknown) => {
      if (!call.over) complain(call, 0, String(error))
    }),
  )
}
