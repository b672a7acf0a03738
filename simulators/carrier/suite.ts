/** What unit tests of simulated carriers stand on: a clock, a network, a telephone, and REST by a few words. */
import { VirtualClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import type { CarrierOptions, CarrierSimulator } from './simulator.ts'
import { fakeWire } from '../fake-wire.ts'
import { Phone, type PhoneOptions } from '../phone/phone.ts'
import type { WireRequest } from '../wire.ts'

export const caller = '+15551230001'
export const ours = '+15551230002'

export function benchOf(
  make: (options: CarrierOptions) => CarrierSimulator,
  headers: Readonly<Record<string, string>>,
) {
  const clock = new VirtualClock()
  const scope = new Scope('test')
  const wire = fakeWire()
  const simulator = make({ clock, ids: seededIds('bench'), scope, wire })
  return {
    ...{ clock, scope, wire, simulator },
    phone: (script?: PhoneOptions['script']) => new Phone({ clock, ...(script ? { script } : {}) }),
    /** An object goes as JSON, a string as it is. */
    async rest(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}) {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      const reply = await simulator.handle({ method, path, headers: { ...headers, ...more }, body: text })
      const shown = String(reply?.body ?? '')
      return { status: reply?.status, headers: reply?.headers, body: /^[[{]/.test(shown) ? JSON.parse(shown) : shown }
    },
    /** The webhooks' bodies so far, parsed. */
    events: () => wire.requests.map(bodyOf),
  }
}

/** A JSON body as it is, a form as an object. */
export function bodyOf({ body = '' }: WireRequest) {
  return body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
}
