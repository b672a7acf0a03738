/** What follows when an agent was about to say what it must not. */
import type { Verdict } from '../spec/agent.ts'
import type { ToolCall } from '../spec/speech.ts'
import type { Conversation, ConversationOptions } from './contract.ts'

type Talk = Pick<Conversation, 'interrupt' | 'say' | 'heard'>

const actions = { 'go-on': 'replaced', 'hang-up': 'hung-up', transfer: 'transferred' } as const
/** An agent that says the same in other words again and again gets no more to say before the caller does. */
const most = 3
/** Longest wait for the message, ms. */
const patience = 30_000

export class Blocked {
  readonly #talk: Talk
  readonly #options: Pick<ConversationOptions, 'emit' | 'tool'>
  #row = 0
  #leaving = false
  #closed = false

  constructor(talk: Talk, options: Pick<ConversationOptions, 'emit' | 'tool'>) {
    this.#talk = talk
    this.#options = options
  }

  /** The talk is over. */
  close(): void {
    this.#closed = true
  }

  /** The caller had their turn. */
  turn(): void {
    this.#row = 0
  }

  /** `said`: the agent says the other words itself, in their place. */
  take({ rule, instead, after, to, said }: Verdict & { readonly said: boolean }): void {
    this.#options.emit({ type: 'guardrail.hit', rule, action: actions[after] })
    if (!said) {
      this.#talk.interrupt()
      if (instead !== '' && this.#row++ < most) this.#talk.say(instead)
    }
    if (after === 'go-on' || this.#leaving) return
    this.#leaving = true
    const name = after === 'transfer' ? 'transfer_call' : 'hang_up'
    void this.#leave({ id: 'guardrail', name, arguments: to === undefined ? {} : { to } })
  }

  async #leave(call: ToolCall): Promise<void> {
    await this.#talk.heard(patience)
    if (!this.#closed) await this.#options.tool(call)
    this.#leaving = false
  }
}
