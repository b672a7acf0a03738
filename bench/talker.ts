/** An agent for the bench: speaks a tone until it is interrupted, and checks that every frame of its caller arrives. */
import { z } from 'zod'
import { createSource } from '../src/media/port.ts'
import { sine } from '../src/media/tones.ts'
import type { AgentOrder, AgentSession, AgentSpec } from '../src/spec/agent.ts'
import type { Decision } from './messages.ts'
import { readStampOf, type Stamp } from './stamp.ts'

export interface Talker {
  readonly spec: AgentSpec
  readonly counts: TalkerCounts
}

export interface TalkerCounts {
  heard: number
  missed: number
  readonly decisions: Decision[]
}

const rate = 8000
/** One answer, in one piece as a fast voice delivers it: longer than a caller is silent. */
const answer = sine(300, { rate, ms: 10_000, level: -20 })

export function createTalker(): Talker {
  const counts: TalkerCounts = { heard: 0, missed: 0, decisions: [] }
  const settings = z.object({})
  const spec: AgentSpec<typeof settings> = {
    kind: 'agent',
    name: 'talker',
    label: 'Talker',
    settings,
    body: {
      by: 'port',
      rate: () => rate,
      open(_config, _brief, emit): AgentSession {
        const microphone = createSource(rate)
        let replies = 0
        const speak = (): void => {
          const reply = String(++replies)
          emit({ type: 'reply-started', reply })
          microphone.emit(answer)
          emit({ type: 'reply-ended', reply })
        }
        const ear = new Listener(counts)
        const order = (given: AgentOrder): void => {
          if (given.type === 'say' || given.type === 'speech-ended') speak()
          if (given.type === 'speech-started' && ear.last)
            counts.decisions.push({ ...ear.last, agoMs: given.agoMs ?? 0 })
        }
        emit({ type: 'ready' })
        const speaker = { rate, write: (pcm: Int16Array) => ear.hear(pcm), toString: () => 'talker' }
        return { port: { microphone, speaker }, turns: 'engine', order, [Symbol.asyncDispose]: () => Promise.resolve() }
      },
    },
  }
  return { spec, counts }
}

/** Frames arrive one by one, each numbered: a step other than one is a loss. */
class Listener {
  readonly #counts: TalkerCounts
  last: Stamp | undefined

  constructor(counts: TalkerCounts) {
    this.#counts = counts
  }

  hear(pcm: Int16Array): void {
    const stamp = readStampOf(pcm)
    if (!stamp) return
    this.#counts.heard++
    if (this.last && stamp.frame !== this.last.frame + 1)
      this.#counts.missed += Math.max(1, stamp.frame - this.last.frame - 1)
    this.last = stamp
  }
}
