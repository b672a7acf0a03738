/** The Telnyx simulator: one account, one Call Control Application, and the numbers that lead to it. */
import { makeWorld, simulatorOf, type CarrierOptions, type CarrierSimulator } from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import type { CodecName } from './frames.ts'
import { callIn } from './legs.ts'
import { handleRest } from './rest.ts'
import { publicKeyOf, signingKey, uuid, type TelnyxFacts, type TelnyxWorld } from './world.ts'

export interface TelnyxOptions extends CarrierOptions {
  readonly apiKey: string
  readonly connectionId: string
  /** The codec of telephones' legs. Default PCMU; many European ones have PCMA. */
  readonly legCodec?: CodecName
  /** A parked call that gets no command is dropped after this, ms. Default 30 000. */
  readonly firstCommandMs?: number
}

export function createTelnyx(options: TelnyxOptions): CarrierSimulator {
  const { apiKey, connectionId, legCodec = 'PCMU', firstCommandMs = 30_000, ...rest } = options
  const made = makeWorld<TelnyxFacts>('telnyx', rest)
  const application = {
    id: connectionId,
    name: 'Simulated application',
    ...{ webhookUrl: '', failoverUrl: '', timeoutSecs: 2, costInWebhooks: true },
  }
  const account = { apiKey, userId: uuid(rest.ids), key: signingKey(apiKey), application, numbers: [] }
  const telnyx: TelnyxWorld = Object.assign(made.world, { account, legCodec, firstCommandMs })
  return simulatorOf(made, {
    point(number, { voice = '' }) {
      application.webhookUrl = voice
      const { numbers } = telnyx.account
      if (!numbers.some((one) => one.number === number))
        numbers.push({ id: uuid(telnyx.ids), number, connection: connectionId })
    },
    call: (call) => callIn(telnyx, call),
    handle: (request) => handleRest(telnyx, request),
  })
}

export const simulatedTelnyx: SimulatedCarrier = {
  name: 'telnyx',
  label: 'Telnyx',
  draw(ids) {
    const apiKey = `KEY${ids.token(24)}`
    const digits = BigInt(`0x${Buffer.from(ids.token(8), 'base64url').toString('hex').slice(0, 15)}`)
    const connectionId = String(1_000_000_000_000_000_000n + (digits % 900_000_000_000_000_000n))
    return { apiKey, connectionId, publicKey: publicKeyOf(signingKey(apiKey)) }
  },
  address: (url) => ({ apiBase: `${url}/v2` }),
  open: ({ apiKey, connectionId }, options) =>
    createTelnyx({ ...options, apiKey: String(apiKey), connectionId: String(connectionId) }),
}
