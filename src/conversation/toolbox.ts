/** Runs the tools an agent asks for: whatever happens, the agent gets exactly one answer for each call. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { AgentOrder, Brief, Filler } from '../spec/agent.ts'
import type { Tool, ToolCall } from '../spec/speech.ts'
import type { ConversationEvent } from './contract.ts'
import { lastTools } from './tools.ts'

export interface ToolOutcome {
  readonly ok: boolean
  readonly result: unknown
}

export interface ToolboxOptions {
  readonly tools: readonly Tool[]
  readonly perform: (call: ToolCall) => Promise<ToolOutcome>
  /** Settles when the agent's last words were heard, or were cut off by the caller. */
  readonly lastWords: () => Promise<'heard' | 'interrupted'>
  readonly answer: (order: AgentOrder) => void
  readonly emit: (event: ConversationEvent) => void
  readonly called: () => void
  readonly fillers?: Brief['fillers']
  /** Makes the agent say this. */
  readonly say: (text: string) => void
  /** Nobody speaks, nor is about to. */
  readonly quiet: () => boolean
  /** `last`: the agent is not expected to say anything to this answer. */
  readonly returned: (last: boolean) => void
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** Longest a tool may take, ms: a caller waits in silence meanwhile. */
const patience = 30_000

export class Toolbox {
  readonly #options: ToolboxOptions
  readonly #seen = new Set<string>()

  /** Fillers that were said since the caller's last turn. */
  readonly #filled = new Set<string>()

  constructor(options: ToolboxOptions) {
    this.#options = options
  }

  /** The caller said something: what was said to fill their wait may be said again. */
  turn(): void {
    this.#filled.clear()
  }

  /** Returns at once. A call of an id that was taken before means nothing. */
  take(call: ToolCall): void {
    if (this.#seen.has(call.id)) return
    this.#seen.add(call.id)
    this.#options.called()
    this.#options.emit({ type: 'tool.called', id: call.id, name: call.name, arguments: call.arguments })
    void this.#run(call)
  }

  async #run(call: ToolCall): Promise<void> {
    const { emit, answer, returned, signal } = this.#options
    const { ok, result } = await this.#outcome(call)
    // The agent is gone, and the talk with it: there is nobody left to tell.
    if (signal.aborted) return
    emit({ type: 'tool.returned', id: call.id, name: call.name, ok, result })
    const last = ok && lastTools.has(call.name)
    returned(last)
    answer({ type: 'tool-result', id: call.id, ok, result, ...(last && { last }) })
  }

  async #outcome(call: ToolCall): Promise<ToolOutcome> {
    const { tools, lastWords, perform, logger } = this.#options
    if (!tools.some((tool) => tool.name === call.name)) {
      const known = tools.map((tool) => tool.name).join(', ')
      return refused(`there is no tool '${call.name}'; there are: ${known || 'none'}`)
    }
    if (call.broken !== undefined) return refused(`${call.broken}; call again with a JSON object`)
    if (lastTools.has(call.name) && (await lastWords()) === 'interrupted') {
      return refused('cancelled: the caller spoke before the last words were heard')
    }
    try {
      return await this.#limited(() => perform(call), call.name)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      logger.warn(`tool ${call.name} failed: ${message}`, { tool: call.id })
      return refused(message)
    }
  }

  async #limited(task: () => Promise<ToolOutcome>, name: string): Promise<ToolOutcome> {
    const { clock, signal, fillers = {} } = this.#options
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const filler = fillers[name]
    // It ends with an abort once the tool has returned, like the sleep below.
    if (filler) this.#fill(filler, either).catch(() => undefined)
    const late = clock.sleep(patience, either).then(() => refused(`no result within ${patience / 1000} s`))
    // The sleep ends with an abort once the tool has returned.
    late.catch(() => undefined)
    try {
      return await Promise.race([task(), late])
    } finally {
      over.abort()
    }
  }

  /** In silence only: whoever speaks fills it. */
  async #fill({ text, after }: Filler, signal: AbortSignal): Promise<void> {
    const { clock, quiet, say } = this.#options
    do await clock.sleep(Math.max(after, 20), signal)
    while (!quiet())
    if (this.#filled.has(text)) return
    this.#filled.add(text)
    say(text)
  }
}

function refused(error: string): ToolOutcome {
  return { ok: false, result: { error } }
}
