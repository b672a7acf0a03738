/** What people ask of a carrier, in their words: how it is done there, and whether the conformance suite has shown it. */
import type { CommandType } from './call.ts'

/** Features and their labels, in the order of the matrix. */
export const features = {
  'calls-in': 'Answers calls',
  'calls-out': 'Places calls',
  signatures: 'Believes only the carrier',
  hangup: 'Hangs up',
  'take-back': 'Takes back a call that rings',
  'keys-in': 'Hears keys',
  'keys-out': 'Sends keys',
  'barge-in': 'Lets callers interrupt',
  transfer: 'Transfers calls',
  'give-back': 'Takes callers back from a failed transfer',
  'machine-detection': 'Tells people from machines',
  voicemail: 'Leaves messages after the beep',
  recording: 'Records both sides here',
  'recording-there': 'Records at the carrier',
  price: 'Knows the price',
  reconnect: 'Survives a broken stream',
  doubt: 'Settles dials in doubt',
} as const

export type FeatureName = keyof typeof features

/** By the carrier; by the engine instead (second leg, tones, ear); or not at all. */
export interface Feature {
  readonly name: FeatureName
  readonly label: string
  readonly by: 'carrier' | 'engine' | 'nobody'
  /** A whole call through the carrier's simulator has shown it. */
  readonly shown: boolean
  /** Why it is not there, or not the carrier's. */
  readonly why?: string
}

/** Commands whose absence a carrier's `lacks` explains. */
export const featureOf: Readonly<Partial<Record<CommandType, FeatureName>>> = {
  'send-digits': 'keys-out',
  transfer: 'transfer',
  'leave-message': 'voicemail',
  record: 'recording-there',
}
