/** An agent of the user's own in a few lines: sound in, sound out. */
import { z } from 'zod'
import { createSource } from '../media/port.ts'
import type { AgentEmit, AgentOrder, AgentSpec, Brief } from '../spec/agent.ts'

/** What an agent may do in a call. */
export interface Voice {
  /** Hz of what is heard and said. */
  readonly rate: number
  /** The caller hears it, paced; any length. The array is the agent's again when it returns. */
  readonly say: (pcm: Int16Array) => void
  /** Replies, transcripts and tools, told to the conversation. */
  readonly emit: AgentEmit
}

/** One call of the agent's. */
export interface Talking {
  /** What the caller says, some 20 ms at a time, 16-bit mono. To be kept only as a copy. */
  hear(pcm: Int16Array): void
  /** What the conversation asks: words to say, an interruption, the end of a turn. */
  order?(order: AgentOrder): void
  close?(): void | Promise<void>
}

export interface AgentDefinition {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string
  readonly label?: string
  /** Hz. Default 8000. */
  readonly rate?: number
  /** Who says when the caller speaks: our detector, the agent itself, or nobody. Default `none`. */
  readonly turns?: 'engine' | 'agent' | 'none'
  open(call: Brief, voice: Voice): Talking
}

export function defineAgent({ name, label = name, rate = 8_000, turns = 'none', open }: AgentDefinition): AgentSpec {
  return {
    ...{ kind: 'agent', name, label, settings: z.object({}) },
    body: {
      by: 'port',
      rate: () => rate,
      open(_config, brief, emit) {
        const microphone = createSource(rate)
        const talking = open(brief, { rate, say: (pcm) => microphone.emit(pcm), emit })
        emit({ type: 'ready' })
        return {
          port: { microphone, speaker: { rate, write: (pcm) => talking.hear(pcm), toString: () => name } },
          turns,
          order: (order) => talking.order?.(order),
          [Symbol.asyncDispose]: async () => talking.close?.(),
        }
      },
    },
  }
}
