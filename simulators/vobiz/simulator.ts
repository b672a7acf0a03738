/** The Vobiz simulator. */
import type { CarrierSimulator } from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import { createOfKind, type PlivoOptions } from '../plivo/simulator.ts'
import { vobizKind } from './kind.ts'

export function createVobiz(options: PlivoOptions): CarrierSimulator {
  return createOfKind(vobizKind, options)
}

export const simulatedVobiz: SimulatedCarrier = {
  name: 'vobiz',
  label: 'Vobiz',
  draw: (ids) => ({ authId: `MA_${hex(ids.token(5)).toUpperCase()}`, authToken: hex(ids.token(24)) }),
  address: (url) => ({ apiBase: `${url}/api/v1` }),
  open: ({ authId, authToken }, options) =>
    createVobiz({ ...options, authId: String(authId), authToken: String(authToken) }),
}

function hex(token: string): string {
  return Buffer.from(token, 'base64url').toString('hex')
}
