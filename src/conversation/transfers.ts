/** What the agent says of a transfer that came to nothing. */
import type { CallStatus } from '../spec/call.ts'
import type { ConversationSettings } from './contract.ts'
import { fill } from '../lib/fill.ts'

const reasons: Readonly<Partial<Record<CallStatus, string>>> = {
  busy: 'the line is busy',
  'no-answer': 'nobody answered',
  canceled: 'the call was cancelled',
}

export function transferFailed(settings: ConversationSettings, result: CallStatus): string {
  return fill(settings.transferFailedMessage, { reason: reasons[result] ?? 'the number could not be reached' })
}
