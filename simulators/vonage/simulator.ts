/** The Vonage simulator. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { makeWorld, simulatorOf, type CarrierOptions, type CarrierSimulator } from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import { callIn } from './legs.ts'
import { handleRest } from './rest.ts'
import { digitsOf, uuid, type VonageFacts, type VonageWorld } from './world.ts'

export interface VonageOptions extends CarrierOptions {
  readonly apiKey: string
  readonly apiSecret: string
  readonly applicationId: string
  /** The application's: only its public half is used. */
  readonly privateKey: string
  readonly signatureSecret: string
}

export function createVonage(options: VonageOptions): CarrierSimulator {
  const { apiKey, apiSecret, applicationId, privateKey, signatureSecret, ...rest } = options
  const made = makeWorld<VonageFacts>('vonage', rest)
  const application = { id: applicationId, name: 'Simulated application', body: {} }
  const keys = { apiKey, apiSecret, signatureSecret, publicKey: createPublicKey(privateKey) }
  const account = { ...keys, application, numbers: new Map<string, { linked: boolean }>() }
  const vonage: VonageWorld = Object.assign(made.world, { account })
  return simulatorOf(made, {
    point(number, { voice = '', status = '' }) {
      account.numbers.set(digitsOf(number), { linked: true })
      const webhook = (address: string) => ({ address, http_method: 'POST' })
      const webhooks = { answer_url: webhook(voice), event_url: webhook(status) }
      application.body = { capabilities: { voice: { webhooks, signed_callbacks: true } } }
    },
    call: (call) => callIn(vonage, call),
    handle: (request) => handleRest(vonage, request),
  })
}

export const simulatedVonage: SimulatedCarrier = {
  name: 'vonage',
  label: 'Vonage',
  draw(ids) {
    const hex = (bytes: number) => Buffer.from(ids.token(bytes), 'base64url').toString('hex')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return {
      apiKey: hex(4),
      apiSecret: hex(16),
      applicationId: uuid(ids),
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      signatureSecret: hex(24),
    }
  },
  address: (url) => ({ apiBase: url, numbersBase: url }),
  open: (settings, options) => {
    const text = (name: string) => String(settings[name])
    const [apiKey, apiSecret, applicationId] = [text('apiKey'), text('apiSecret'), text('applicationId')]
    const secrets = { privateKey: text('privateKey'), signatureSecret: text('signatureSecret') }
    return createVonage({ ...options, ...secrets, apiKey, apiSecret, applicationId })
  },
}
