/** A browser call as a value: where it stands, who speaks, what was said. Inputs change it; nothing here does anything. */
import type { Told } from './rtvi.ts'

export type Phase = 'idle' | 'microphone' | 'connecting' | 'ringing' | 'talking' | 'reconnecting' | 'ended' | 'failed'

export interface Line {
  readonly id: number
  readonly by: 'caller' | 'agent' | 'tool'
  readonly text: string
  /** Not said yet, or not understood for good: shown faded. */
  readonly draft: string
  readonly over: boolean
  readonly interrupted: boolean
  readonly at: number
}

export interface Timings {
  readonly endOfTurn?: number
  readonly transcript?: number
  readonly firstToken?: number
  readonly firstAudio?: number
  readonly firstSent?: number
  readonly firstAudible?: number
}

export interface Conversation {
  readonly phase: Phase
  /** The call's id at the API, once it is known. */
  readonly call: string | undefined
  readonly lines: readonly Line[]
  readonly speaking: { readonly caller: boolean; readonly agent: boolean }
  readonly muted: boolean
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly timings: { readonly turn: number; readonly of: Timings } | undefined
  /** Why it ended or what went wrong, in a sentence. */
  readonly words: string | undefined
}

export type Input =
  | { readonly type: 'dialled' }
  | { readonly type: 'microphone-open' }
  | { readonly type: 'answered'; readonly call?: string | undefined }
  | { readonly type: 'channel-open' }
  | { readonly type: 'told'; readonly told: Told }
  | { readonly type: 'muted'; readonly muted: boolean }
  | { readonly type: 'lost' }
  | { readonly type: 'restored' }
  | { readonly type: 'measured'; readonly turn: number; readonly timings: Timings }
  | { readonly type: 'hung-up' }
  | { readonly type: 'failed'; readonly words: string }

const silent = { caller: false, agent: false } as const

export const quiet: Conversation = {
  phase: 'idle',
  call: undefined,
  lines: [],
  speaking: silent,
  muted: false,
  startedAt: undefined,
  endedAt: undefined,
  timings: undefined,
  words: undefined,
}

/** Over, whatever comes later. */
export function isOver({ phase }: Conversation): boolean {
  return phase === 'idle' || phase === 'ended' || phase === 'failed'
}

/** The conversation after one input. `now` in ms. An ended call hears nothing but a new dial. */
export function advance(state: Conversation, input: Input, now: number): Conversation {
  if (input.type === 'dialled') return isOver(state) ? { ...quiet, phase: 'microphone' } : state
  if (input.type === 'measured') return { ...state, timings: { turn: input.turn, of: input.timings } }
  if (isOver(state)) return state
  switch (input.type) {
    case 'microphone-open':
      return { ...state, phase: 'connecting' }
    case 'answered':
      return { ...state, call: input.call ?? state.call }
    case 'channel-open':
      return { ...state, phase: state.startedAt === undefined ? 'ringing' : 'talking' }
    case 'muted':
      return { ...state, muted: input.muted }
    case 'lost':
      return { ...state, phase: 'reconnecting', speaking: silent }
    case 'restored':
      return { ...state, phase: 'talking' }
    case 'hung-up':
      return finished(state, 'ended', undefined, now)
    case 'failed':
      return finished(state, 'failed', input.words, now)
    case 'told':
      return hear(state, input.told, now)
    default:
      return input satisfies never
  }
}

function finished(state: Conversation, phase: 'ended' | 'failed', words: string | undefined, now: number) {
  const lines = state.lines.map((line) => ({ ...line, over: true, draft: '' })).filter(({ text }) => text !== '')
  return { ...state, phase, words, lines, speaking: silent, endedAt: now }
}

function hear(state: Conversation, told: Told, now: number): Conversation {
  switch (told.type) {
    case 'ready':
      return { ...state, phase: 'talking', call: told.call ?? state.call, startedAt: state.startedAt ?? now }
    case 'caller-started':
      return { ...state, speaking: { ...state.speaking, caller: true } }
    case 'caller-stopped':
      return { ...state, speaking: { ...state.speaking, caller: false } }
    case 'agent-started':
      return { ...state, speaking: { ...state.speaking, agent: true } }
    case 'agent-stopped':
      return { ...state, speaking: { ...state.speaking, agent: false } }
    case 'interrupted':
      return { ...state, speaking: { ...state.speaking, agent: false }, lines: cut(state.lines) }
    case 'reply-started':
      return { ...state, lines: closed(state.lines) }
    case 'caller-text':
      return { ...state, lines: callerSaid(state.lines, told.text, told.final, now) }
    case 'agent-text':
      return { ...state, lines: agentLine(state.lines, now, (line) => ({ ...line, draft: line.draft + told.text })) }
    case 'agent-said':
      return { ...state, lines: agentLine(state.lines, now, (line) => said(line, told.text)) }
    case 'tool':
      return { ...state, lines: toolUsed(state.lines, told.name, told.stage, now) }
    case 'left':
      return finished(state, 'ended', 'The other side hung up.', now)
    case 'trouble':
      return told.fatal ? finished(state, 'failed', told.message, now) : { ...state, words: told.message }
    case 'renegotiate':
      return state
    default:
      return told satisfies never
  }
}

/** The caller's words: a partial replaces the partial before it. */
function callerSaid(lines: readonly Line[], text: string, final: boolean, at: number): readonly Line[] {
  const open = lines.findLast((line) => line.by === 'caller' && !line.over)
  const said = { text: final ? text : '', draft: final ? '' : text, over: final }
  if (open) return replaced(lines, { ...open, ...said })
  return [...lines, { ...blank(lines, 'caller', at), ...said }]
}

/** The agent's open line changes, or a new one begins. */
function agentLine(lines: readonly Line[], at: number, change: (line: Line) => Line): readonly Line[] {
  const open = lines.findLast((line) => line.by === 'agent' && !line.over)
  return open ? replaced(lines, change(open)) : [...lines, change(blank(lines, 'agent', at))]
}

/** What was heard is what counts; the draft had more when it was cut off. */
function said(line: Line, text: string): Line {
  return { ...line, text, draft: '', over: true }
}

/** The agent fell silent in the middle of a line. How much of it was heard is told next, or nothing was. */
function cut(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLast((line) => line.by === 'agent')
  return last ? replaced(lines, { ...last, interrupted: true }) : lines
}

/** The next reply begins. A line whose end nobody told keeps its words, unless it was cut off unheard. */
function closed(lines: readonly Line[]): readonly Line[] {
  const open = lines.findLast((line) => line.by === 'agent' && !line.over)
  return open ? replaced(lines, said(open, open.interrupted ? '' : open.draft.trim())) : lines
}

function toolUsed(lines: readonly Line[], name: string, stage: string, at: number): readonly Line[] {
  const open = lines.findLast((line) => line.by === 'tool' && !line.over && line.text === name)
  if (stage === 'called') return [...lines, { ...blank(lines, 'tool', at), text: name }]
  return open ? replaced(lines, { ...open, over: true, interrupted: stage === 'cancelled' }) : lines
}

function blank(lines: readonly Line[], by: Line['by'], at: number): Line {
  return { id: lines.length + 1, by, text: '', draft: '', over: false, interrupted: false, at }
}

function replaced(lines: readonly Line[], line: Line): readonly Line[] {
  return lines.map((one) => (one.id === line.id ? line : one))
}
