/** Simulated carriers on the gateway's own port: wire-exact, so that everything works before there is an account. */
import {
  createTwilio,
  requestHandler,
  type DialBehaviour,
  type Phone,
  type SimulatedCall,
  type TwilioSimulator,
  type WireEntry,
} from '../../simulators/index.ts'
import type { Mount } from '../api/parts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Store } from '../store/contract.ts'
import type { Address } from './address.ts'
import { seedSimulated, simulatedNumber } from './seed.ts'

const prefix = '/simulators/twilio/'

export interface Simulators {
  readonly mounts: readonly Mount[]
  /** Makes the connection, the number and the simulated account; once the port is known. */
  seed(): Promise<void>
  /** Somebody calls the simulated number. Throws before `seed`. */
  ring(from: string, phone: Phone): SimulatedCall
  /** What people do who are called through the simulated carrier. */
  onDial(decide: (call: SimulatedCall) => DialBehaviour): void
}

export interface SimulatorsOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly logger: Logger
  readonly store: Store
  readonly address: Address
  /** Renders what the carrier's own voice says. */
  readonly speak: (text: string) => Promise<Int16Array>
  readonly onWire?: (entry: WireEntry) => void
}

export function openSimulators(options: SimulatorsOptions): Simulators {
  const { clock, ids, scope, logger, store, address } = options
  let twilio: TwilioSimulator | undefined
  const started = (): TwilioSimulator => {
    if (!twilio) throw new Error('the simulators are not seeded yet')
    return twilio
  }
  const base = (): string => new URL(prefix, address.url().origin).href
  return {
    mounts: [
      {
        prefix,
        async handle({ method, path, headers, body }) {
          const answer = await requestHandler(started())(
            method,
            path,
            headers,
            Buffer.from(body).toString('utf8'),
          )
          return answer ?? { status: 503, headers: {}, body: '' }
        },
      },
    ],
    async seed() {
      const connection = await seedSimulated({ store, clock, ids }, 'twilio', base())
      const webhook = (purpose: string) => new URL(`carriers/twilio/${connection.id}/${purpose}`, address.url()).href
      twilio = createTwilio({
        ...{ clock, ids, scope },
        publicUrl: base().replace(/\/$/, ''),
        keepWire: 'none',
        speak: options.speak,
        ...(options.onWire ? { onWire: options.onWire } : {}),
        logger: { warn: (facts, message) => logger.warn(message, facts) },
        accounts: [
          {
            accountSid: String(connection.settings['accountSid']),
            authToken: String(connection.settings['authToken']),
            numbers: [{ phoneNumber: simulatedNumber, voiceUrl: webhook('voice'), statusCallback: webhook('status') }],
          },
        ],
      })
    },
    ring: (from, phone) => started().call({ from, to: simulatedNumber, phone }),
    onDial: (decide) => started().onDial(decide),
  }
}
