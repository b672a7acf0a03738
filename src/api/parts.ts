/** What the API room is given. */
import type { Registry } from 'prom-client'
import type { z } from 'zod'
import type { Engine } from '../calls/engine.ts'
import type { Requester } from '../calls/operation.ts'
import type { AgentSpec } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import type { ModelSpec, PartHost, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import type { Span } from './range.ts'
import type * as live from './schemas/live.ts'
import type { SignInCodes } from './session/codes.ts'

export type AnySpec = CarrierSpec | AgentSpec | RecogniserSpec | ModelSpec | SpeakerSpec
export type Kind = AnySpec['kind']

/** A part of the gateway that answers requests under its own prefix (the simulated carriers). */
export interface Mount {
  /** Begins and ends with a slash. */
  readonly prefix: string
  handle(request: {
    readonly method: string
    /** Below the prefix, with the query. */
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array
  }): Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | Uint8Array
  }>
}

/** The simulated phone: people who call through simulated carriers. */
export interface Simulations {
  list(organization: string): Promise<readonly z.input<typeof live.simulator>[]>
  /** Resolves when the call is in the journal. Rejects when there is no such simulator or number, or the call never came. */
  call(order: SimulationOrder): Promise<z.input<typeof live.simulation>>
  /** Adds to what a simulated caller does; resolves to how much is still to come. Rejects when their call is over. */
  act(organization: string, simulation: string, script: readonly Act[]): Promise<number>
}

export type Act = z.output<typeof live.act>

export interface SimulationOrder extends z.output<typeof live.newSimulation> {
  readonly carrier: string
  readonly organization: string
}

export interface ApiParts {
  readonly engine: Engine
  readonly providers: readonly AnySpec[]
  readonly request: Requester
  /** Prepare a carrier's account when its connection is saved. */
  readonly setUpCarriers: boolean
  /** For what is passed on as it comes. */
  readonly stream: PartHost['stream']
  readonly registry: Registry
  readonly trustedProxies: readonly string[]
  /** Resolves when the store answers; rejects with why not. */
  readonly ready: () => Promise<void>
  /** Reads a recording file; undefined when there is none. */
  readonly readRecording: (
    name: string,
  ) => Promise<{ readonly size: number; readonly open: (part?: Span) => NodeJS.ReadableStream } | undefined>
  /** Removes the files of a call's recording; fine when there are none. */
  readonly removeRecording: (call: string) => Promise<void>
  readonly mounts: readonly Mount[]
  /** Undefined while carriers are not simulated. */
  readonly simulations?: Simulations
  /** Sign-in codes for the terminal. */
  readonly codes?: SignInCodes
  /** Where the console is built to; it may not be there yet. */
  readonly consoleDir?: string
  /** Of Offhook. */
  readonly version: string
  /** Requests a minute per key or address. */
  readonly rateLimit: number
  /** Media sockets that have not claimed a call yet, per peer and in all. */
  readonly unclaimed: { readonly perPeer: number; readonly total: number }
}

export function specOf(parts: ApiParts, kind: Kind, name: string): AnySpec | undefined {
  return parts.providers.find((spec) => spec.kind === kind && spec.name === name)
}
