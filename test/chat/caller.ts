/** A caller for these tests: speaks tones when the other side has finished, and stays until told to leave. */
import { Phone, tone, type SimulatedCall } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import type { EventShown, House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'

export interface Caller {
  readonly phone: Phone
  readonly simulated: SimulatedCall
  readonly call: string
  /** Waits for the other side to finish, then says something. */
  speak(sound?: Int16Array): Promise<void>
  events(): Promise<readonly EventShown[]>
  /** What was said, oldest first: `caller: hello`. */
  transcript(): Promise<readonly string[]>
  /** Resolves with the first event of the type. */
  event(type: string, limit?: number): Promise<EventShown['event']>
}

/** Calls the simulated number of the house; resolves when its agent has greeted. */
export async function callIn(house: House): Promise<Caller> {
  const phone = new Phone({ clock: realClock })
  const simulated = house.gateway.simulators!.ring('+15550199999', phone) // on in these tests: no public URL is set
  const { id: call } = await house.callByRef(simulated.ref)
  const caller: Caller = {
    ...{ phone, simulated, call },
    async speak(sound = tone(440, 500)) {
      await phone.waitForSilence(300)
      await phone.say(sound)
    },
    events: () => house.events(call),
    async transcript() {
      const { data } = await house.client.GET('/v1/calls/{id}/messages', { params: { path: { id: call } } })
      return data?.items.map(({ role, text }) => `${role}: ${text}`) ?? []
    },
    event: async (type, limit) => {
      const found = await until(
        `${type} of ${call}`,
        async () => (await house.events(call)).find(({ event }) => event.type === type),
        limit,
      )
      return found.event
    },
  }
  await phone.waitForSpeech()
  return caller
}
