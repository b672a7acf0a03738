/** Where a live test plays: one gateway for the whole suite, and for each test a line, an agent and telephones of its own. */
import { afterAll, beforeAll } from 'vitest'
import { framesOfTone, join, Phone, tone, toneShare } from '../../../simulators/index.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { openHouse, type CallShown, type House } from '../../e2e/gateway.ts'
import { until } from '../../e2e/until.ts'
import type { Player } from '../../e2e/studio.ts'
import type { CarrierCall, Line, LiveFixture } from './fixture.ts'

export interface Stage {
  readonly house: House
  readonly line: Line
  readonly agent: { readonly id: string; readonly key: string }
}

export interface InCall {
  readonly call: CallShown
  readonly leg: CarrierCall
  readonly player: Player
}

/** Sets up one test; `settings` are the agent's. */
export type SetStage = (settings?: Readonly<Record<string, unknown>>) => Promise<Stage>

/** Declares the gateway of the suite. */
export function stageFor(fixture: LiveFixture): SetStage {
  let house: House
  beforeAll(async () => {
    house = await openHouse({
      ...(fixture.providers ? { providers: fixture.providers } : {}),
      ...(fixture.values ? { options: { values: fixture.values } } : {}),
    })
  })
  afterAll(() => house[Symbol.asyncDispose]())
  return async (settings) => {
    const agent = await house.agent(settings)
    return { house, agent, line: await fixture.line(house, agent.id) }
  }
}

export const callerNumber = '+15550199001'
export const calleeNumber = '+15550199002'

export function person(script?: (phone: Phone) => Promise<void> | void): Phone {
  return new Phone({ clock: realClock, ...(script ? { script } : {}) })
}

/** Somebody calls, the agent answers, media is open. */
export async function inCall(stage: Stage, phone = person()): Promise<InCall> {
  const { house, line, agent } = stage
  const leg = line.ring({ from: callerNumber, phone })
  const call = await house.callByRef(leg.ref)
  const player = await house.studio.player(agent.key)
  await house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
  // The carrier's word on the answer may be faster than its stream; what is pressed or said in between nobody gets.
  await until('open media', async () =>
    (await house.events(call.id)).some(({ event }) => event.type === 'media.opened'),
  )
  return { call, leg, player }
}

/** Resolves with the call when it has ended. */
export function over(house: House, id: string, limit?: number): Promise<CallShown> {
  return house.callWhen('the end', id, ({ endedAt }) => endedAt !== null, limit)
}

/** How long a tone sounds, ms: whole 20 ms frames of it. */
export function toneMs(pcm: Int16Array, hertz: number): number {
  return framesOfTone(pcm, hertz) * 20
}

/** How long a key sounds, ms: frames that hold both of its tones. */
export function keyMs(pcm: Int16Array, row: number, column: number): number {
  let frames = 0
  for (let at = 0; at + 160 <= pcm.length; at += 160) {
    const frame = pcm.subarray(at, at + 160)
    if (toneShare(frame, row) > 0.25 && toneShare(frame, column) > 0.25) frames++
  }
  return frames * 20
}

/** Loud, changing, with pauses: what any detector takes for speech. Its pitches are none of the agent's. */
export function speech(ms: number): Int16Array {
  const syllable = (hertz: number) => join(tone(hertz, 120, 9000), tone(hertz * 1.5, 60, 2500))
  const parts: Int16Array[] = []
  for (let at = 0; at < ms; at += 180) parts.push(syllable(300 + ((at / 180) % 3) * 70))
  return join(...parts)
}
