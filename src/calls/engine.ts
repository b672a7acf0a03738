/** What the calls room needs to run, and the calls that run in this process. */
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Screen } from '../conversation/kit/screen.ts'
import type { AgentEmit, AgentSession, AgentSpec, Brief } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Listener } from '../spec/listen.ts'
import type { CallEvent } from '../spec/event.ts'
import type { PartHost } from '../spec/speech.ts'
import type { ListPrice } from '../spec/usage.ts'
import type { VadFactory } from '../media/vad/vad.ts'
import type { Connection, Coordination, MediaTokens, Store } from '../store/contract.ts'
import type { InputRecorder } from '../lib/recorder.ts'
import type { OpenDispatch } from './dispatch.ts'
import type { LiveCall } from './live.ts'
import type { Call } from './machine.ts'
import type { Requester } from './operation.ts'
import type { PeerRequest } from './peers.ts'
import type { CallRecording } from './recording.ts'
import type { WireBook } from './wire.ts'

export interface CallSettings {
  /** ms */
  readonly ringTimeout: number
  /** ms */
  readonly maxDuration: number
  /** Record every call unless its request says otherwise. */
  readonly record: boolean
}

export const callDefaults = {
  ringTimeout: 60_000,
  maxDuration: 2 * 3_600_000,
  record: false,
} as const satisfies CallSettings

/** Everything that the calls room is given; it opens none of it. */
export interface EngineParts {
  readonly carriers: ReadonlyMap<string, CarrierSpec>
  readonly agents: ReadonlyMap<string, AgentSpec>
  /** What vendors publish; organizations have their own beside. */
  readonly prices: readonly ListPrice[]
  /** Opens an agent of any body, with the organization's connections. `config` is parsed. */
  readonly openAgent: (
    spec: AgentSpec,
    config: Readonly<Record<string, unknown>>,
    call: {
      readonly brief: Brief
      readonly organization: string
      readonly screen?: Screen
      /** See `AgentParts`. */
      readonly spareVoice?: string
    },
    emit: AgentEmit,
  ) => Promise<AgentSession>
  readonly store: Store
  readonly coordination: Coordination
  readonly tokens: MediaTokens
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly scope: Scope
  readonly request: Requester
  /** For what stays open while it is answered. */
  readonly stream: PartHost['stream']
  /** Detectors that call a turn over after so much silence, ms. */
  readonly vad: (hangover: number) => VadFactory
  /** Our public address, with a trailing slash. */
  readonly publicUrl: () => URL
  readonly settings: CallSettings
  /** This process's name among its peers. */
  readonly node: string
  /** Counters for metrics. */
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
  readonly openRecording: (call: Call, rate: number) => Promise<CallRecording>
  /** Who answers an offered call, whoever its number belongs to: for simulated calls to an agent of choice. */
  readonly answering?: (ref: string) => string | undefined
  /** What carriers and we say to each other, for people to read; a replay has none. */
  readonly wire?: WireBook
  /** Text in the built-in voice, for what no agent says. */
  readonly speak?: (text: string) => Promise<{ readonly pcm: Int16Array; readonly rate: number }>
  /** Where a call's inputs are kept for replay; undefined when switched off. */
  readonly openInputs?: (call: Call) => InputRecorder
}

export interface Engine extends EngineParts {
  /** Calls of this process by id; ended ones leave after a while, so that late callbacks find them. */
  readonly live: ReadonlyMap<string, LiveCall>
  /** What listens in this process, by carrier. */
  readonly listeners: Map<string, Listener>
  /** Offers being made into calls, by connection and carrier id. */
  readonly offers: Map<string, Promise<LiveCall>>
  /** Calls that wait for a line. */
  readonly dispatch: OpenDispatch
  carrier(name: string): CarrierSpec
  connection(id: string): Promise<Connection>
  byRef(connection: string, ref: string): LiveCall | undefined
  /** Records a new call and takes it on. */
  start(call: Call): Promise<LiveCall>
  /** Takes on a call from its journal: after a restart, or for a late callback. Undefined when another process has it. */
  adopt(id: string): Promise<LiveCall | undefined>
  /** Does any process have the call now? */
  held(id: string): Promise<boolean>
  /** Has the call handed over by whatever process has it. Undefined when it is over. */
  take(id: string): Promise<LiveCall | undefined>
  /** Brings an event to a call wherever it runs; durable when this resolves. */
  tell(id: string, event: CallEvent): Promise<void>
  /** Asks something of a call wherever it runs. False when it cannot be done there. */
  reach(id: string, request: Exclude<PeerRequest, { type: 'yield' }>): Promise<boolean>
}

export function carrierOf(carriers: ReadonlyMap<string, CarrierSpec>, name: string): CarrierSpec {
  const carrier = carriers.get(name)
  if (carrier) return carrier
  throw new OffhookError(
    'provider.unknown',
    `There is no carrier provider "${name}" (known: ${[...carriers.keys()].join(', ')})`,
  )
}
