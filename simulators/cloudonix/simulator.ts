/** The Cloudonix simulator: one domain with its key, its applications and its numbers. */
import { makeWorld, simulatorOf, type CarrierOptions, type CarrierSimulator } from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import { callIn } from './legs.ts'
import { handleRest } from './rest.ts'
import { hex, type Application, type CloudonixAccount, type CloudonixFacts, type CloudonixWorld } from './world.ts'

export interface CloudonixOptions extends CarrierOptions {
  readonly domain: string
  readonly apiKey: string
  readonly requestsKey: string
  /** A voice application that is there from the beginning. */
  readonly application?: string
}

export function createCloudonix(options: CloudonixOptions): CarrierSimulator {
  const { domain, apiKey, requestsKey, application = 'simulated', ...rest } = options
  const made = makeWorld<CloudonixFacts>('cloudonix', rest)
  const own: Application = { id: 1, name: application, url: '', method: 'POST' }
  const account: CloudonixAccount = {
    ...{ domain, apiKey, requestsKey, cdrEndpoint: '', numbers: [] },
    domainId: hex(rest.ids),
    applications: new Map([[application, own]]),
  }
  const cloudonix: CloudonixWorld = Object.assign(made.world, { account, nextId: 2 })
  return simulatorOf(made, {
    point(number, { voice = '', status = '' }) {
      own.url = voice
      account.cdrEndpoint = status.replace(/status$/, 'cdr')
      const known = account.numbers.find(({ source }) => source === number)
      if (known) known.application = application
      else account.numbers.push({ id: cloudonix.nextId++, source: number, application })
    },
    call: (call) => callIn(cloudonix, call),
    handle: (request) => handleRest(cloudonix, request),
  })
}

export const simulatedCloudonix: SimulatedCarrier = {
  name: 'cloudonix',
  label: 'Cloudonix',
  draw: (ids) => ({
    domain: `sim${hex(ids, 4)}.cloudonix.net`,
    apiKey: `XI-${hex(ids, 20)}`,
    requestsKey: hex(ids, 24),
    application: 'simulated',
  }),
  address: (url) => ({ apiBase: url }),
  open(settings, options) {
    const text = (name: string) => String(settings[name])
    const application = settings['application'] === undefined ? {} : { application: text('application') }
    const keys = { apiKey: text('apiKey'), requestsKey: text('requestsKey') }
    return createCloudonix({ ...options, ...keys, ...application, domain: text('domain') })
  },
}
