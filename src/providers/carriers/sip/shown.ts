/** What the live conformance suite has shown of this carrier; written by it (`LIVE_SHOWN=write`). */
import type { FeatureName } from '../../../spec/features.ts'

export const shown: readonly FeatureName[] = [
  'calls-in',
  'calls-out',
  'hangup',
  'take-back',
  'keys-in',
  'keys-out',
  'barge-in',
  'transfer',
  'give-back',
  'recording',
]
