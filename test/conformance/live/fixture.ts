/** What a carrier brings to the live half of its conformance suite: its other side, over real sockets. */
import type { DialBehaviour, Faults, InboundCall, Phone, WireEntry } from '../../../simulators/index.ts'
import type { CarrierSpec } from '../../../src/spec/carrier.ts'
import type { ProviderSet } from '../../../src/main/providers.ts'
import type { House } from '../../e2e/gateway.ts'

export interface LiveFixture {
  /** Groups that the spec does not have are left out of the suite. */
  readonly spec: CarrierSpec
  /** The house's providers where they are not its usual ones. */
  readonly providers?: Partial<ProviderSet>
  /** What the environment says to its gateway, where that must be told something. */
  readonly values?: Readonly<Record<string, string>>
  /** Asks what to do with a caller whose stream is gone. */
  readonly asksAgain?: true
  /** A new account at a carrier of its own, connected to the house; its number is answered by `agent`. Closes with the house. */
  line(house: House, agent: string): Promise<Line>
  /** How the carrier is told by REST, for tests that make it fail or watch what it was told. */
  readonly orders: {
    /** The order to end a call, as it stands in the log: method, address, body. */
    readonly hangup: { readonly method: string; readonly text: RegExp }
    readonly transfer: { readonly method: string }
  }
  /** What it calls a call that we gave up since nobody picked up. Default: as we do. */
  readonly unanswered?: 'canceled'
  /** Where the answer does not travel in the reply to the webhook. */
  readonly answersBy?: 'request'
  /** The carrier tells its price by itself. */
  readonly tellsPrice?: boolean
  /** False: it has no word for ringing. */
  readonly tellsRinging?: boolean
  /** False: calls of this carrier outlive their stream. */
  readonly endsWithStream?: boolean
  /** False: its detection reports machines alone. */
  readonly tellsPeople?: boolean
  /** False: the end of a call that came in is told by its stream alone. */
  readonly tellsEnd?: boolean
  /** False: nothing dates or numbers its callbacks, so a replay looks like another one. */
  readonly tellsReplays?: boolean
  /** False: a call that rings cannot be taken back. */
  readonly takesBack?: boolean
  /** False: its sockets do not say which call they are: the token in their address alone does. */
  readonly namesCall?: boolean
  /** False: its media messages carry no numbers that the translator could tell repeated ones by. */
  readonly numbersMedia?: boolean
  /** A dial in doubt can be found at the carrier, by our name of it or by its numbers. */
  readonly findsDials?: true
  /** A transfer bears a name by which the carrier does it once: said again, it is in doubt no more. */
  readonly namesTransfers?: true
  /** False: a transfer that comes to nothing does not bring the caller back to the agent. */
  readonly givesBack?: boolean
  /** The name a recording has in the carrier's reports, where it is not its id. */
  recordingName?(call: CarrierCall): string
  /** The address of the media socket that a call was told, and the first messages of a stream as somebody else would write them. */
  readonly media: {
    address(call: CarrierCall): string | undefined
    /** Opens a stream of the call `ref` in the account of `line`. */
    opening(line: Line, ref: string): readonly string[]
    /** A call id such as the carrier draws. */
    readonly otherRef: string
  }
}

/** A carrier's account with one number. */
export interface Line {
  /** The connection's id. */
  readonly connection: string
  /** Ours. */
  readonly number: string
  /** A number of the account that nobody at our side answers. */
  readonly unassigned: string
  /** The carrier's id of the account. */
  readonly account: string
  readonly faults: Faults
  /** What passed between the carrier and us. */
  readonly log: readonly WireEntry[]
  readonly calls: ReadonlyMap<string, CarrierCall>
  ring(call: Omit<InboundCall, 'to'> & { readonly to?: string }): CarrierCall
  onDial(decide: (call: CarrierCall) => DialBehaviour): void
  nextCall(): Promise<CarrierCall>
}

/** A call as the carrier sees it. */
export interface CarrierCall {
  /** The carrier's id. */
  readonly ref: string
  readonly from: string
  readonly to: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly status: string
  readonly phone: Phone
  readonly ended: Promise<{ readonly status: string; readonly why: string }>
  readonly answered: Promise<boolean>
  /** Keys the carrier played to the person for us. */
  readonly sentDigits: string
  /** Media streams so far. */
  readonly streams: readonly unknown[]
  readonly recordings: readonly { readonly ref: string; readonly status: string }[]
  readonly wire: readonly WireEntry[]
  hangup(): void
  heard(): Int16Array
}
