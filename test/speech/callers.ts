/** Callers who speak one sentence each into the real gateway, and what it understood of them. */
import { Phone } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { resampled } from '../../src/media/resample.ts'
import type { Journaled } from '../../src/spec/event.ts'
import type { House } from '../e2e/gateway.ts'
import { withNoise, type Noise } from './telephone.ts'

/** Line before and after the sentence, in samples of 16 kHz: the end of the turn is decided with the noise still there. */
const before = 6_000
const after = 24_000
/** Longest wait for the recogniser, ms. */
const patience = 15_000

/** What the line brings of a sentence of 16 kHz: 8 kHz, to be said into a phone. */
export function lineOf(speech: Int16Array, noise: Noise): Int16Array {
  const framed = new Int16Array(before + speech.length + after)
  framed.set(speech, before)
  return resampled(noise === 'clean' ? framed : withNoise(framed, speech, noise, 15), 16_000, 8_000)
}

/** Calls, says it, waits until all of it was recognised, and hangs up. The recognised turns, oldest first. */
export async function sayInCall(house: House, sound: Int16Array): Promise<readonly string[]> {
  const phone = new Phone({ clock: realClock, record: false })
  const entries: Journaled[] = []
  let call: string | undefined
  const { journal } = house.gateway.store
  using _watch = journal.watch((entry) => {
    if (entry.event.type === 'call.offered' && entry.event.ref === simulated.ref) call = entry.call
    if (entry.call === call) entries.push(entry)
  })
  const simulated = house.gateway.simulators!.ring('+15550199999', phone) // on in these tests: no public URL is set
  await until(() => phone.connected && entries.some(({ event }) => event.type === 'agent.connected'))
  await phone.say(sound)
  await until(() => recognised(entries))
  phone.hangup()
  await simulated.ended
  return entries.flatMap(({ event }) => (event.type === 'message.added' && event.role === 'caller' ? [event.text] : []))
}

/** Every turn that ended was recognised. */
function recognised(entries: readonly Journaled[]): boolean {
  const last = entries.findLast(({ event }) => event.type === 'speech.started' || event.type === 'speech.ended')
  if (last?.event.type !== 'speech.ended') return false
  return entries.some(
    ({ event, sequence }) => sequence > last.sequence && event.type === 'message.added' && event.role === 'caller',
  )
}

/** Gives up after a while: what was not recognised by then counts as not heard. */
async function until(reached: () => boolean): Promise<void> {
  const end = realClock.monotonic() + patience
  while (!reached() && realClock.monotonic() < end) await realClock.sleep(20)
}

/** Does `work` for each item, `most` at a time. */
export async function each<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const one = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: most }, one))
}
