/** The simulated SIP trunk beside the list of simulated carriers: it has sockets of its own, and no REST. */
import type { SimulatedCarrier } from '../list.ts'

export const simulatedTrunk: Pick<SimulatedCarrier, 'name' | 'label' | 'draw' | 'address'> = {
  name: 'sip',
  label: 'SIP trunk',
  // The exchange knows the gateway by its address, as most trunks do.
  draw: () => ({}),
  address: (url) => ({ host: url }),
}
