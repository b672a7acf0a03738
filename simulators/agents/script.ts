/** What a simulated agent takes the caller to have said, and what it answers. */
import type { VendorOptions, VendorServer } from '../vendor/server.ts'

export interface HeardTurn {
  /** Counted from 1. */
  readonly number: number
  /** The caller spoke or wrote, a tool returned, or the client told it what to say. */
  readonly by: 'voice' | 'text' | 'tool' | 'instruction'
  readonly words: string
}

export interface Answer {
  /** Default: none. */
  readonly words?: string
  /** Pitch of its voice, Hz. Default: by what it answers to. */
  readonly hertz?: number
  /** Default: 60 for each letter; none where there are no words. */
  readonly ms?: number
  readonly call?: { readonly name: string; readonly arguments: string }
  /** The response fails so, in the vendor's words. */
  readonly fails?: string
}

export interface AgentSimulatorOptions extends VendorOptions {
  /** The one key that is good. */
  readonly key: string
  /** What the caller is taken to have said, turn by turn. */
  readonly phrases: readonly string[]
  /** Undefined: the usual answer. */
  readonly answer?: (turn: HeardTurn) => Answer | undefined
  /** How many times faster than real time it speaks. Default 20. */
  readonly pace?: number
  /** A session lasts no longer, ms. Default: the vendor's own. */
  readonly lifetime?: number
}

/** A turn as the vendor remembers it. */
export interface Remembered {
  /** `context`: told without being said. */
  readonly role: 'caller' | 'agent' | 'tool' | 'call' | 'context'
  /** Of an agent's turn that was cut short the vendor forgets the words. */
  readonly words: string
  /** Sound of it, ms. */
  readonly ms?: number
}

export interface SimulatedSession {
  readonly history: readonly Remembered[]
  /** All that it heard, 8 kHz. */
  heard(): Int16Array
  /** Says something of its own accord. */
  speak(answer: Answer): void
  /** Sends sound without end, as fast as it can, so many ms. */
  flood(ms: number): void
}

export interface SimulatedAgent extends Pick<VendorServer, 'faults' | 'log' | 'until' | 'connections' | 'certificate'> {
  /** What an agent's settings need to come here. */
  readonly baseUrl: string
  readonly sessions: readonly SimulatedSession[]
}

export interface SpokenAnswer {
  readonly words: string
  readonly hertz: number
  readonly ms: number
  readonly call?: Answer['call']
  readonly fails?: string
}

/** Pitch by what is answered: tests know by it what they hear. */
const pitches = { instruction: 400, voice: 600, text: 700, tool: 800 } as const

export function answerTo(options: AgentSimulatorOptions, turn: HeardTurn): SpokenAnswer {
  const { words = '', hertz = pitches[turn.by], ms, ...rest } = options.answer?.(turn) ?? { words: usual(turn) }
  return { words, hertz, ms: ms ?? words.length * 60, ...rest }
}

function usual({ by, words }: HeardTurn): string {
  switch (by) {
    case 'voice':
      return `You said: ${words}`
    case 'text':
      return `You wrote: ${words}`
    case 'tool':
      return `It says: ${words}`
    case 'instruction':
      return obeyed(words)
    default:
      return by satisfies never
  }
}

/** An instruction that quotes words asks for these. */
function obeyed(instruction: string): string {
  const quoted = /"(?:[^"\\]|\\.)*"/.exec(instruction)?.[0]
  if (quoted === undefined) return instruction
  try {
    return String(JSON.parse(quoted))
  } catch {
    return instruction // an ordinary quotation
  }
}
