/** What the agent says of a transfer that came to nothing, and the one that takes the place of the end when the agent is lost. */
import type { CallStatus } from '../spec/call.ts'
import type { ConversationOptions, ConversationSettings } from './contract.ts'
import { fill } from '../lib/fill.ts'

const reasons: Readonly<Partial<Record<CallStatus, string>>> = {
  busy: 'the line is busy',
  'no-answer': 'nobody answered',
  canceled: 'the call was cancelled',
}

export function transferFailed(settings: ConversationSettings, result: CallStatus): string {
  return fill(settings.transferFailedMessage, { reason: reasons[result] ?? 'the number could not be reached' })
}

/** How a talk ends that cannot go on: a caller whose agent is lost may be somebody else's. */
export class Exit {
  readonly #options: Pick<ConversationOptions, 'finish' | 'settings' | 'tool'>
  /** The caller was handed over: when they come back, nobody is here. */
  taken = false

  constructor(options: Pick<ConversationOptions, 'finish' | 'settings' | 'tool'>) {
    this.#options = options
  }

  async take(reason: 'idle' | 'agent-failed', connected: boolean): Promise<void> {
    const { finish, settings, tool } = this.#options
    const to = settings.mistakeTransferTo
    if (reason === 'idle' || !to || !connected) return finish(reason)
    this.taken = true
    const { ok } = await tool({ id: 'mistake', name: 'transfer_call', arguments: { to } })
    if (!ok) finish(reason)
  }
}
