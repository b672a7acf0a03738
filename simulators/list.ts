/** The list: one word per simulated carrier. Append only: numbers of the simulated lines follow its order. */
import type { CarrierOptions, CarrierSimulator } from './carrier/simulator.ts'
import type { Ids } from '../src/lib/ids.ts'
import { simulatedCloudonix } from './cloudonix/simulator.ts'
import { simulatedExotel } from './exotel/simulator.ts'
import { simulatedPlivo } from './plivo/simulator.ts'
import { simulatedTelnyx } from './telnyx/simulator.ts'
import { simulatedTwilio } from './twilio/carrier.ts'
import { simulatedVobiz } from './vobiz/simulator.ts'
import { simulatedVonage } from './vonage/simulator.ts'

/** Settings of a connection, as the carrier's provider names them. */
export type AccountSettings = Readonly<Record<string, unknown>>

export interface SimulatedCarrier {
  /** The carrier provider's name. */
  readonly name: string
  readonly label: string
  /** Draws an account; kept like any other account's settings. */
  draw(ids: Ids): AccountSettings
  /** Settings that say where the simulator's API is. */
  address(url: string): AccountSettings
  /** The simulator of such an account; it has no numbers until they are pointed somewhere. */
  open(settings: AccountSettings, options: CarrierOptions): CarrierSimulator
}

export const simulatedCarriers: readonly SimulatedCarrier[] = [
  simulatedTwilio,
  simulatedTelnyx,
  simulatedPlivo,
  simulatedVobiz,
  simulatedVonage,
  simulatedCloudonix,
  simulatedExotel,
]

/** By the provider's name; throws where there is none. */
export function simulatedCarrier(name: string): SimulatedCarrier {
  const carrier = simulatedCarriers.find((one) => one.name === name)
  if (!carrier) throw new Error(`no carrier named "${name}" is simulated`)
  return carrier
}
