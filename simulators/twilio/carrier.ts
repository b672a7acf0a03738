/** Twilio on the list of simulated carriers. */
import type { SimulatedCarrier } from '../list.ts'
import { createTwilio } from './simulator.ts'

export const simulatedTwilio: SimulatedCarrier = {
  name: 'twilio',
  label: 'Twilio',
  draw(ids) {
    const hex = () => Buffer.from(ids.token(16), 'base64url').toString('hex')
    return { accountSid: `AC${hex()}`, authToken: hex() }
  },
  address: (url) => ({ apiBase: url }),
  open: ({ accountSid, authToken }, options) =>
    createTwilio({
      ...options,
      accounts: [{ accountSid: String(accountSid), authToken: String(authToken), numbers: [] }],
    }),
}
