/** The Twilio simulator: the shared world with accounts of Twilio's, its REST API, and its webhooks. */
import { serveCarrier } from '../carrier/server.ts'
import {
  makeWorld,
  simulatorOf,
  type CarrierOptions,
  type CarrierSimulator,
  type Targets,
} from '../carrier/simulator.ts'
import type { TwilioFacts } from './facts.ts'
import { callIn } from './place.ts'
import { handleRest } from './rest.ts'
import { newNumber } from './rest-numbers.ts'
import { newSid, type Account, type Application, type PhoneNumber, type TwilioWorld } from './world.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
  readonly apiKeys?: readonly { readonly sid: string; readonly secret: string }[]
  readonly numbers: readonly (string | (Partial<Omit<PhoneNumber, 'sid'>> & { readonly phoneNumber: string }))[]
  readonly applications?: readonly (Partial<Application> & { readonly voiceUrl: string })[]
}

export interface TwilioOptions extends CarrierOptions {
  readonly accounts: readonly TwilioAccount[]
  /** Refuse unknown REST parameters and all TwiML Twilio only warns about. Default true. */
  readonly strict?: boolean
}

export interface TwilioSimulator extends CarrierSimulator {
  readonly accounts: ReadonlyMap<string, Account>
}

/** A simulator without a port: mount `handle`, or use `startTwilio`. */
export function createTwilio(options: TwilioOptions): TwilioSimulator {
  const { accounts: given, strict = true, ...rest } = options
  const made = makeWorld<TwilioFacts>('twilio', rest)
  const accounts = new Map<string, Account>()
  const world: TwilioWorld = Object.assign(made.world, { strict, accounts })
  for (const account of given) accounts.set(account.accountSid, accountOf(world, account))
  const simulator = simulatorOf(made, {
    point: (number, targets) => point(world, number, targets),
    call: (call) => callIn(world, call),
    handle: (request) => handleRest(world, request),
  })
  return Object.assign(simulator, { accounts })
}

export interface StartOptions extends TwilioOptions {
  /** Default: any free one. */
  readonly port?: number
  readonly host?: string
}

/** The simulator with a REST server of its own; closes with the scope. */
export function startTwilio(options: StartOptions): Promise<TwilioSimulator> {
  const { port, host, ...rest } = options
  return serveCarrier(createTwilio(rest), { scope: options.scope, port: port ?? 0, host: host ?? '127.0.0.1' })
}

/** The number is the first account's, unless another has it already. */
function point(world: TwilioWorld, phoneNumber: string, { voice = '', status = '' }: Targets): void {
  const accounts = [...world.accounts.values()]
  const owned = accounts.flatMap(({ numbers }) => numbers).find((one) => one.phoneNumber === phoneNumber)
  const number = owned ?? newNumber(world, phoneNumber)
  Object.assign(number, { voiceUrl: voice, statusCallback: status })
  if (!owned) accounts[0]?.numbers.push(number)
}

function accountOf(world: TwilioWorld, account: TwilioAccount): Account {
  if (!/^AC[0-9a-f]{32}$/.test(account.accountSid)) {
    throw new Error(`account SID "${account.accountSid}" must be AC and 32 hexadecimal digits`)
  }
  const usual = { voiceMethod: 'POST', voiceFallbackUrl: '', statusCallback: '' }
  return {
    sid: account.accountSid,
    authToken: account.authToken,
    keys: new Map(account.apiKeys?.map(({ sid, secret }) => [sid, secret])),
    created: world.clock.now(),
    numbers: account.numbers.map((number) =>
      typeof number === 'string' ? newNumber(world, number) : { ...newNumber(world, number.phoneNumber), ...number },
    ),
    applications: (account.applications ?? []).map((one) => ({ ...usual, sid: newSid(world.ids, 'AP'), ...one })),
  }
}
