/** The Exotel simulator: an account with one flow, whose Voicebot applet asks the application for a stream. */
import { makeWorld, simulatorOf, type CarrierOptions, type CarrierSimulator } from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import { callIn } from './legs.ts'
import { handleRest } from './rest.ts'
import { hex, type ExotelAccount, type ExotelFacts, type ExotelWorld } from './world.ts'

export interface ExotelOptions extends CarrierOptions {
  readonly accountSid: string
  readonly apiKey: string
  readonly apiToken: string
  readonly webhookSecret: string
  readonly flowId: string
  /** How long it rings where the order does not say, ms. Default 60 000. */
  readonly ringMs?: number
}

export function createExotel(options: ExotelOptions): CarrierSimulator {
  const { accountSid: sid, apiKey, apiToken, webhookSecret, flowId, ringMs = 60_000, ...rest } = options
  const made = makeWorld<ExotelFacts>('exotel', rest)
  const account: ExotelAccount = { sid, apiKey, apiToken, webhookSecret, flowId, appletUrl: '', numbers: [] }
  const exotel: ExotelWorld = Object.assign(made.world, { account, ringMs })
  const voiceUrl = `http://my.exotel.com/${sid}/exoml/start_voice/${flowId}`
  return simulatorOf(made, {
    point(number, { voice = '' }) {
      account.appletUrl = voice
      const known = account.numbers.find((one) => one.number === number)
      if (known) known.voiceUrl = voiceUrl
      else account.numbers.push({ sid: hex(exotel.ids), number, voiceUrl })
    },
    call: (call) => callIn(exotel, call),
    handle: (request) => handleRest(exotel, request),
  })
}

export const simulatedExotel: SimulatedCarrier = {
  name: 'exotel',
  label: 'Exotel',
  draw: (ids) => ({
    accountSid: `sim${hex(ids).slice(0, 6)}1m`,
    apiKey: hex(ids),
    apiToken: hex(ids),
    webhookSecret: hex(ids),
    flowId: '123456',
  }),
  address: (url) => ({ apiBase: url }),
  open(settings, options) {
    const text = (name: string) => String(settings[name])
    const keys = { apiKey: text('apiKey'), apiToken: text('apiToken'), webhookSecret: text('webhookSecret') }
    return createExotel({ ...options, ...keys, accountSid: text('accountSid'), flowId: text('flowId') })
  },
}
