/** What an organization keeps, for how long, and what is removed. */
import type { Price } from '../../spec/usage.ts'

/** What holds for all calls of an organization. */
export interface HouseSettings {
  /** Days until they are removed; 0 keeps them. */
  readonly retention: {
    readonly recordingsDays: number
    readonly transcriptsDays: number
    readonly callsDays: number
    readonly wireDays: number
  }
  /** What viewers, outgoing webhooks and logs are not shown. */
  readonly redaction: {
    readonly numbers: boolean
    readonly transcripts: boolean
    readonly variables: boolean
    readonly recordings: boolean
  }
  /** Whom calls and transfers may reach; until somebody chooses, see the calls room. */
  readonly dialing?: Dialing
  /** What it pays for what its agents use, where that is not what vendors publish. */
  readonly prices?: readonly Price[]
}

export interface Dialing {
  /** Leading digits with plus, or addresses with stars. Empty: everybody who needs no permission. */
  readonly allow: readonly string[]
  /** The same; wins. */
  readonly block: readonly string[]
  /** Premium-rate numbers may be called. */
  readonly premium: boolean
  /** Numbers outside the country of the number that calls may be called. */
  readonly foreign: boolean
}

/** A call that may have a recording's file. */
export interface RecordedCall {
  readonly id: string
  readonly recording?: string
}

/** One value per organization. */
export interface HouseSettingsRecords {
  get(organization: string): Promise<HouseSettings | undefined>
  put(organization: string, value: HouseSettings, now: number): Promise<void>
}

/** Removing, some at a time, so that nobody waits for it. */
export interface Retention {
  /** Removes messages on the wire older than `before`, some at a time. Returns how many. */
  wire(organization: string, before: number, limit: number): Promise<number>
  /** Recordings of ended calls made before; the files are the caller's to remove. */
  recordings(organization: string, before: number, limit: number): Promise<readonly RecordedCall[]>
  /** The recording's file is gone. */
  forgetRecording(organization: string, call: string): Promise<void>
  /** Ended calls made before that still hold words. */
  worded(organization: string, before: number, limit: number): Promise<readonly string[]>
  /** Removes the words of a call: transcript, events, webhook deliveries. */
  removeTranscript(organization: string, call: string, now: number): Promise<void>
  /** Removes all that tells of people: words, numbers, variables, wire. */
  redact(organization: string, call: string, now: number): Promise<void>
  /** Ended calls made before. */
  calls(organization: string, before: number, limit: number): Promise<readonly RecordedCall[]>
  /** Removes a call with everything written about it. */
  removeCall(organization: string, call: string): Promise<void>
  /** Settled deliveries made before. */
  deliveries(organization: string, before: number, limit: number): Promise<number>
}
