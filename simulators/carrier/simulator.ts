/** A simulated carrier as tests and people hold it in their hands, and the making of its world. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { Phone } from '../phone/phone.ts'
import { netWire, type Wire } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import { clearFaults, type Faults } from './faults.ts'
import type { Recording } from './recording.ts'
import type { RestReply, RestRequest } from './rest.ts'
import { raise, type Alert, type DialBehaviour, type Settings, type WireEntry, type World } from './world.ts'

export interface InboundCall {
  readonly from: string
  /** A number of one of the simulator's accounts. */
  readonly to: string
  readonly phone: Phone
}

/** Where calls to a number go: the addresses a connection shows, by purpose. */
export type Targets = Readonly<Record<string, string>>

export interface CarrierSimulator {
  /** Base of its REST API: set once it listens; otherwise `publicUrl`. */
  readonly url: string
  readonly faults: Faults
  readonly alerts: readonly Alert[]
  /** Every message both ways, oldest first. */
  readonly log: readonly WireEntry[]
  readonly calls: ReadonlyMap<string, SimulatedCall>
  readonly recordings: ReadonlyMap<string, Recording>
  /** Gives the account this number, and sends its calls to these addresses. */
  point(number: string, targets: Targets): void
  /** Somebody with a phone calls one of the numbers. */
  call(call: InboundCall): SimulatedCall
  /** Decides what called people do. Default: a quiet person who answers at once. */
  onDial(decide: Decide): void
  /** Resolves with the next call that is placed. */
  nextCall(): Promise<SimulatedCall>
  clearFaults(): void
  /** Answers a REST request; undefined when a fault swallows the answer. */
  handle(request: RestRequest): Promise<RestReply | undefined>
  /** Where it can be reached from now on, unless it was given a `publicUrl`. */
  listeningAt(url: string): void
}

export type Decide = (call: SimulatedCall) => DialBehaviour | Promise<DialBehaviour>

export interface CarrierOptions extends Partial<Omit<Settings, 'publicUrl'>> {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly faults?: Faults
  /** Base of the URLs told to others. Default: where it listens. */
  readonly publicUrl?: string
  /** The network; the real one by default. */
  readonly wire?: Wire
  readonly logger?: { warn(facts: Readonly<Record<string, unknown>>, message: string): void }
}

const defaults = {
  ringGraceMs: 5000,
  priceAfterMs: 2000,
  callsPerSecond: Number.POSITIVE_INFINITY,
  keepWire: 'all',
  keepCalls: 500,
  speak: undefined,
  onWire: undefined,
  onMedia: undefined,
} as const satisfies Omit<Settings, 'publicUrl'>

/** What differs from carrier to carrier. */
export interface Dialect {
  point(number: string, targets: Targets): void
  call(call: InboundCall): SimulatedCall
  handle(request: RestRequest): Promise<RestReply | undefined>
}

/** A simulator without a port: mount `handle`, or serve it. */
export function simulatorOf(made: MadeWorld, dialect: Dialect): CarrierSimulator {
  const { world, edge } = made
  return {
    get url() {
      return world.publicUrl()
    },
    faults: world.faults,
    alerts: world.alerts,
    log: world.log,
    calls: world.calls,
    recordings: world.recordings,
    ...dialect,
    ...edge,
    clearFaults: () => clearFaults(world.faults),
  }
}

export interface MadeWorld<F = unknown> {
  readonly world: World<F>
  readonly edge: Pick<CarrierSimulator, 'onDial' | 'nextCall' | 'listeningAt'>
}

const quietPerson: Decide = (call) => ({ type: 'answer', phone: new Phone({ clock: call.world.clock }) })

export function makeWorld<F>(name: string, options: CarrierOptions): MadeWorld<F> {
  const { clock, ids, scope, wire, faults, logger, publicUrl, ...settings } = options
  let url = publicUrl ?? `http://${name}.simulator`
  let decide = quietPerson
  const waiting: ((call: SimulatedCall) => void)[] = []
  const world: World<F> = {
    ...defaults,
    ...settings,
    ...{ clock, ids, scope },
    wire: wire ?? netWire(clock, scope),
    faults: faults ?? {},
    publicUrl: () => url,
    dial: (call) => decide(call),
    placed(call) {
      for (const told of waiting.splice(0)) told(call)
    },
    calls: new Map(),
    recordings: new Map(),
    alerts: [],
    log: [],
    past: [],
    nextDial: 0,
    background: backgroundOf(scope, (error) => {
      raise(world, { code: 0, message: `the simulator failed: ${String(error)}` })
      logger?.warn({ error: String(error) }, `${name} simulator`)
    }),
  }
  const edge: MadeWorld<F>['edge'] = {
    onDial: (next) => void (decide = next),
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    listeningAt(address) {
      if (!publicUrl) url = address
    },
  }
  return { world, edge }
}

/** Closing waits for what still runs, and interrupts whatever still waits. */
function backgroundOf(scope: Scope, failed: (error: unknown) => void): World['background'] {
  const tasks = new Set<Promise<void>>()
  scope.defer(async () => {
    while (tasks.size > 0) await Promise.all(tasks)
  })
  return (task) => {
    const kept = task.then(
      () => void tasks.delete(kept),
      (error: unknown) => {
        tasks.delete(kept)
        if (!scope.closed) failed(error)
      },
    )
    tasks.add(kept)
  }
}
