/** What happened in a call, told from its events on one clock: 0 is where the sound begins. Nothing here does anything. */
import type { Timings } from '../../phone/conversation.ts'
import { numberOf, partOf, textOf, type Entry } from './event.ts'

export interface Said {
  readonly id: string
  readonly by: 'caller' | 'agent' | 'tool' | 'system'
  readonly text: string
  /** When the words were complete, ms. */
  readonly at: number
  /** When they began to be heard, as far as that is known. */
  readonly from: number
  readonly interrupted: boolean
  /** Of a tool: what it was given and what it gave back. */
  readonly tool?: { readonly given: unknown; readonly result?: unknown; readonly ok?: boolean }
}

export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface Interruption {
  readonly at: number
  readonly heardMs: number
  /** How long the caller had been speaking by then, ms. */
  readonly after: number | undefined
}

export interface Turn {
  readonly turn: number
  readonly at: number
  readonly timings: Timings
}

export interface Story {
  /** Wall time of 0. */
  readonly zero: number
  readonly said: readonly Said[]
  /** When the caller spoke. */
  readonly speech: readonly Stretch[]
  readonly interruptions: readonly Interruption[]
  readonly turns: readonly Turn[]
  readonly digits: readonly { readonly digit: string; readonly at: number }[]
  readonly media: 'never' | 'open' | 'lost' | 'closed'
  /** Offset of the first media; undefined when none came. */
  readonly opened: number | undefined
  readonly ended: number | undefined
}

const emptyStory: Story = {
  zero: 0,
  said: [],
  speech: [],
  interruptions: [],
  turns: [],
  digits: [],
  media: 'never',
  opened: undefined,
  ended: undefined,
}

/** 0 is the first sound; of a call without any, its first event. */
function zeroOf(entries: readonly Entry[]): number {
  return (entries.find(({ event }) => event.type === 'media.opened') ?? entries[0])?.at ?? 0
}

export function storyOf(entries: readonly Entry[]): Story {
  const zero = zeroOf(entries)
  return entries.reduce<Story>((story, entry) => told(story, entry, entry.at - zero), { ...emptyStory, zero })
}

function told(story: Story, entry: Entry, at: number): Story {
  switch (entry.event.type) {
    case 'media.opened':
      return { ...story, media: 'open', opened: story.opened ?? at }
    case 'media.lost':
      return { ...story, media: 'lost' }
    case 'media.closed':
      return { ...story, media: 'closed' }
    case 'speech.started':
      return { ...story, speech: [...story.speech, { from: at, to: Infinity }] }
    case 'speech.ended':
      return { ...story, speech: endSpeech(story.speech, at, numberOf(entry, 'durationMs')) }
    case 'agent.interrupted':
      return { ...story, interruptions: [...story.interruptions, interruption(story, entry, at)] }
    case 'message.added':
      return { ...story, said: [...story.said, saidBy(story, entry, at)] }
    case 'tool.called':
    case 'tool.returned':
      return { ...story, said: toolUsed(story.said, entry, at) }
    case 'turn.measured':
      return {
        ...story,
        turns: [
          ...story.turns,
          { turn: numberOf(entry, 'turn') ?? 0, at, timings: timingsOf(partOf(entry, 'timings')) },
        ],
      }
    case 'digit.received':
      return { ...story, digits: [...story.digits, { digit: textOf(entry, 'digit'), at }] }
    case 'call.ended':
      return { ...story, ended: at, speech: endSpeech(story.speech, at, undefined) }
    default:
      return story
  }
}

/** The end is told once silence was long enough; how long the speech was says when it really ended. */
function endSpeech(speech: readonly Stretch[], at: number, lasted: number | undefined): readonly Stretch[] {
  const open = speech.at(-1)
  if (!open || open.to !== Infinity) return speech
  const to = lasted === undefined ? at : Math.min(at, open.from + lasted)
  return [...speech.slice(0, -1), { from: open.from, to }]
}

function interruption(story: Story, entry: Entry, at: number): Interruption {
  const speech = story.speech.at(-1)
  const speaking = speech && speech.to === Infinity
  return { at, heardMs: numberOf(entry, 'heardMs') ?? 0, after: speaking ? at - speech.from : undefined }
}

function saidBy(story: Story, entry: Entry, at: number): Said {
  const role = textOf(entry, 'role')
  const by = role === 'caller' || role === 'agent' || role === 'tool' ? role : 'system'
  return {
    id: textOf(entry, 'message') || String(entry.sequence),
    by,
    text: textOf(entry, 'text'),
    at,
    from: beganAt(story, by, at),
    interrupted: entry.event['interrupted'] === true,
  }
}

/** The caller's words began with the speech before them; the agent's with the first sound sent, but after what was said before. */
function beganAt({ said, speech, turns, opened }: Story, by: Said['by'], at: number): number {
  const before = said.findLast((one) => one.by === by)?.at ?? -Infinity
  if (by === 'caller') return speech.find(({ from }) => from > before && from <= at)?.from ?? at
  if (by !== 'agent') return at
  const sent = turns.find((turn) => turn.at > before && turn.at <= at && turn.timings.firstSent !== undefined)
  const earliest = said.at(-1)?.at ?? opened ?? at
  return Math.min(at, sent?.at ?? Math.max(0, earliest))
}

function toolUsed(said: readonly Said[], entry: Entry, at: number): readonly Said[] {
  const id = textOf(entry, 'id')
  if (entry.event.type === 'tool.called') {
    const tool = { given: entry.event['arguments'] }
    return [...said, { id, by: 'tool', text: textOf(entry, 'name'), at, from: at, interrupted: false, tool }]
  }
  const ok = entry.event['ok'] === true
  return said.map((one) =>
    one.by === 'tool' && one.id === id
      ? { ...one, tool: { given: one.tool?.given, result: entry.event['result'], ok } }
      : one,
  )
}

const stages = ['endOfTurn', 'transcript', 'firstToken', 'firstAudio', 'firstSent', 'firstAudible'] as const

export function timingsOf(part: Readonly<Record<string, unknown>>): Timings {
  return Object.fromEntries(stages.flatMap((name) => (typeof part[name] === 'number' ? [[name, part[name]]] : [])))
}
