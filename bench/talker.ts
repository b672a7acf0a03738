/** An agent for the bench: speaks a tone until it is interrupted, and checks that every frame of its caller arrives. */
import { z } from 'zod'
import { createSource } from '../src/media/port.ts'
import { sine } from '../src/media/tones.ts'
import type { AgentOrder, AgentSession, AgentSpec } from '../src/spec/agent.ts'
import { readStampOf } from './stamp.ts'

export interface Talker {
  readonly spec: AgentSpec
  readonly counts: TalkerCounts
}

export interface TalkerCounts {
  heard: number
  missed: number
  /** What the detector took from onset to decision, ms. */
  readonly decisions: number[]
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
        const order = (given: AgentOrder): void => {
          if (given.type === 'say' || given.type === 'speech-ended') speak()
          if (given.type === 'speech-started') counts.decisions.push(given.agoMs ?? 0)
        }
        emit({ type: 'ready' })
        const speaker = { rate, write: listener(counts), toString: () => 'talker' }
        return { port: { microphone, speaker }, turns: 'engine', order, [Symbol.asyncDispose]: () => Promise.resolve() }
      },
    },
  }
  return { spec, counts }
}

/** Frames arrive one by one, each numbered: a step other than one is a loss. */
function listener(counts: TalkerCounts): (pcm: Int16Array) => void {
  let last: number | undefined
  return (pcm) => {
    const stamp = readStampOf(pcm)
    if (!stamp) return
    counts.heard++
    if (last !== undefined && stamp.frame !== last + 1) counts.missed += Math.max(1, stamp.frame - last - 1)
    last = stamp.frame
  }
}
