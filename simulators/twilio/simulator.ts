/** The Twilio simulator: made of accounts, a clock and a network. What tests and people hold in their hands. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { Phone } from '../phone/phone.ts'
import { netWire, type Wire } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import { clearFaults, type Faults } from './faults.ts'
import { callIn, type InboundCall } from './place.ts'
import { answerRest, type RestReply, type RestRequest } from './rest.ts'
import { newNumber } from './rest-numbers.ts'
import type { Recording } from './recording.ts'
import {
  newSid,
  raise,
  type Account,
  type Alert,
  type Application,
  type DialBehaviour,
  type PhoneNumber,
  type Settings,
  type WireEntry,
  type World,
} from './world.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
  readonly apiKeys?: readonly { readonly sid: string; readonly secret: string }[]
  readonly numbers: readonly (string | (Partial<Omit<PhoneNumber, 'sid'>> & { readonly phoneNumber: string }))[]
  readonly applications?: readonly (Partial<Application> & { readonly voiceUrl: string })[]
}

export interface TwilioOptions extends Partial<Omit<Settings, 'publicUrl'>> {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly accounts: readonly TwilioAccount[]
  readonly faults?: Faults
  /** Base of the URLs told to others (RecordingUrl). Default: where it listens. */
  readonly publicUrl?: string
  /** The network; the real one by default. */
  readonly wire?: Wire
  readonly logger?: { warn(facts: Readonly<Record<string, unknown>>, message: string): void }
}

export interface TwilioSimulator {
  /** Set by `startTwilio`; otherwise `publicUrl`. */
  readonly url: string
  readonly faults: Faults
  readonly alerts: readonly Alert[]
  /** Every message both ways, oldest first. */
  readonly log: readonly WireEntry[]
  readonly calls: ReadonlyMap<string, SimulatedCall>
  readonly recordings: ReadonlyMap<string, Recording>
  readonly accounts: ReadonlyMap<string, Account>
  /** Somebody with a phone calls one of the numbers. */
  call(call: InboundCall): SimulatedCall
  /** Decides what called people do, for REST calls and `<Dial>`. Default: a quiet person who answers at once. */
  onDial(decide: Decide): void
  /** Resolves with the next call that is placed. */
  nextCall(): Promise<SimulatedCall>
  clearFaults(): void
  /** Answers a REST request; undefined when a fault swallows the answer. */
  handle(request: RestRequest): Promise<RestReply | undefined>
}

const defaults = {
  strict: true,
  ringGraceMs: 5000,
  priceAfterMs: 2000,
  callsPerSecond: Number.POSITIVE_INFINITY,
  keepWire: 'all',
  speak: undefined,
  onWire: undefined,
  onMedia: undefined,
} as const satisfies Omit<Settings, 'publicUrl'>

type Decide = (call: SimulatedCall) => DialBehaviour | Promise<DialBehaviour>

const quietPerson: Decide = (call) => ({ type: 'answer', phone: new Phone({ clock: call.world.clock }) })

/** A simulator without a port: mount `handle`, or use `startTwilio`. */
export function createTwilio(options: TwilioOptions): TwilioSimulator & { listeningAt(url: string): void } {
  let url = options.publicUrl ?? 'http://twilio.simulator'
  let decide = quietPerson
  const waiting: ((call: SimulatedCall) => void)[] = []
  const world = worldOf(options, {
    publicUrl: () => url,
    dial: (call) => decide(call),
    placed: (call) => {
      for (const told of waiting.splice(0)) told(call)
    },
  })
  return {
    get url() {
      return url
    },
    faults: world.faults,
    alerts: world.alerts,
    log: world.log,
    calls: world.calls,
    recordings: world.recordings,
    accounts: world.accounts,
    call: (call) => callIn(world, call),
    onDial(next) {
      decide = next
    },
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    clearFaults: () => clearFaults(world.faults),
    handle: (request) => answerRest(world, request),
    listeningAt(address) {
      if (!options.publicUrl) url = address
    },
  }
}

function worldOf(options: TwilioOptions, edge: Pick<World, 'publicUrl' | 'dial' | 'placed'>): World {
  const { clock, ids, scope, wire, faults, logger, accounts: _accounts, publicUrl: _publicUrl, ...settings } = options
  const accounts = new Map<string, Account>()
  const tasks = new Set<Promise<void>>()
  scope.defer(async () => {
    while (tasks.size > 0) await Promise.all(tasks)
  })
  const world: World = {
    ...defaults,
    ...settings,
    ...edge,
    clock,
    ids,
    scope,
    wire: wire ?? netWire(clock, scope),
    faults: faults ?? {},
    accounts,
    calls: new Map(),
    recordings: new Map(),
    alerts: [],
    log: [],
    nextDial: 0,
    background(task) {
      const kept = task.then(
        () => void tasks.delete(kept),
        (error: unknown) => {
          tasks.delete(kept)
          if (scope.closed) return // closing interrupts whatever still waits
          raise(world, { code: 0, message: `the simulator failed: ${String(error)}` })
          logger?.warn({ error: String(error) }, 'twilio simulator')
        },
      )
      tasks.add(kept)
    },
  }
  for (const account of options.accounts) accounts.set(account.accountSid, accountOf(world, account))
  return world
}

function accountOf(world: World, account: TwilioAccount): Account {
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
