/** A speaker's translator, made of the few things in which vendors differ. */
import type { WireMessage } from '../../spec/carrier.ts'
import { codes } from '../../spec/errors.ts'
import type { SocketTarget, SpeakerEvent, SpeakerInput, SpeakerSocket, SpeakerStep } from '../../spec/speech.ts'
import { parseFields, unbase64, type Fields } from '../json-media/fields.ts'
import { refused, type Explain, type Refusal } from '../vendor/refusal.ts'
import { changed, isStalled, madeOf, noSentences, takenUp, without, type Making, type Sentences } from './sentences.ts'
import { containerOf, samplesOf, wrongFormatMessage } from './sound.ts'

/** What a vendor's message says. Without `context` it is about the sentence being made. */
export type Heard =
  | { readonly type: 'ready' }
  | { readonly type: 'sound'; readonly context?: string | undefined; readonly base64: string }
  /** All sound of the sentence came. */
  | { readonly type: 'spoken'; readonly context?: string | undefined }
  /** What was called off is gone. */
  | { readonly type: 'cleared' }
  | { readonly type: 'refused'; readonly context?: string | undefined; readonly refusal: Refusal }

export interface SpeakerWords<C> extends Pick<SpeakerSocket<C>, 'rate' | 'idleAfter' | 'explainClose'> {
  /** Sentences that the vendor makes at the same time; others wait here. */
  readonly atOnce: number
  /** Whether it takes sentences as soon as the socket is open; else `ready` is heard. Default true. */
  ready?(config: C): boolean
  secrets(config: C): readonly string[]
  target(config: C): SocketTarget
  speak(config: C, context: string, text: string): readonly object[]
  cancel(config: C, context: string): readonly object[]
  /** Whether what is called off keeps its place until the vendor is through with it. */
  readonly lingers: boolean
  heard(config: C, message: Fields): readonly Heard[]
  readonly explain?: Explain
  idle?(config: C): readonly object[]
  finish?(config: C): readonly object[]
}

interface Memory<C> {
  readonly config: C
  readonly sentences: Sentences
  /** Something was cleared: an end that was under way meanwhile is no sentence's. */
  readonly cleared: boolean
  /** Sentences given up in a row because the vendor is not through with what was called off. */
  readonly givenUp: number
}

interface Said<C> {
  readonly memory: Memory<C>
  readonly events?: readonly SpeakerEvent[]
  readonly messages?: readonly object[]
}

export function speakerSocket<C>(words: SpeakerWords<C>): SpeakerSocket<C> {
  const { rate, idleAfter, explainClose } = words
  return {
    rate,
    ...(idleAfter !== undefined && { idleAfter }),
    ...(explainClose && { explainClose }),
    // oxlint-disable-next-line require-yield -- no request is needed before the socket
    *connect(config) {
      return words.target(config)
    },
    begin: (config): Memory<C> => ({ config, sentences: noSentences, cleared: false, givenUp: 0 }),
    // The engine hands back what `begin` or the last step gave it.
    step: (state, input) => stepped(step(words, state as Memory<C>, input)),
  }
}

function stepped<C>({ memory, events = [], messages = [] }: Said<C>): SpeakerStep {
  return { state: memory, events, messages: messages.map((message) => ({ text: JSON.stringify(message) })) }
}

function step<C>(words: SpeakerWords<C>, memory: Memory<C>, input: SpeakerInput): Said<C> {
  const { config, sentences } = memory
  switch (input.type) {
    case 'opened':
      return { memory, events: (words.ready?.(config) ?? true) ? [{ type: 'ready' }] : [] }
    case 'message':
      return received(words, memory, input.message)
    case 'speak': {
      const { context, text } = input
      // Vendors refuse what holds nothing to say.
      if (text.trim() === '') return { memory, events: [{ type: 'spoken', context }] }
      const stalled = isStalled(sentences, words.atOnce)
      return pumped(words, memory, { ...sentences, waiting: [...sentences.waiting, { context, text, stalled }] })
    }
    case 'cancel':
      return cancelled(words, memory, input.context)
    case 'idle':
      return { memory, messages: words.idle?.(config) ?? [] }
    case 'finish':
      return { memory, messages: words.finish?.(config) ?? [] }
    default:
      return input satisfies never
  }
}

/** Sentences begin where there is room. */
function pumped<C>(words: SpeakerWords<C>, memory: Memory<C>, left: Sentences, before: readonly SpeakerEvent[] = []) {
  const { sentences, begun } = takenUp(left, words.atOnce)
  const characters = begun.reduce((sum, { text }) => sum + text.length, 0)
  const usage: readonly SpeakerEvent[] = begun.length > 0 ? [{ type: 'usage', usage: { characters } }] : []
  return {
    memory: { ...memory, sentences },
    events: [...before, ...usage],
    messages: begun.flatMap(({ context, text }) => words.speak(memory.config, context, text)),
  }
}

function cancelled<C>(words: SpeakerWords<C>, memory: Memory<C>, context: string): Said<C> {
  const { config, sentences } = memory
  const making = sentences.making.find((one) => one.context === context)
  if (!making) return givenUp(words, memory, context)
  if (making.cancelled) return { memory }
  const messages = words.cancel(config, context)
  if (words.lingers)
    return { memory: { ...memory, sentences: changed(sentences, context, { cancelled: true }) }, messages }
  const next = pumped(words, memory, without(sentences, context))
  return { ...next, messages: [...messages, ...next.messages] }
}

/** A vendor that never says that it is through would leave the caller in silence for the rest of the call. */
const patience = 2

function givenUp<C>(words: SpeakerWords<C>, memory: Memory<C>, context: string): Said<C> {
  const { sentences } = memory
  const stalled = sentences.waiting.some((one) => one.context === context && one.stalled)
  const count = memory.givenUp + (stalled && isStalled(sentences, words.atOnce) ? 1 : 0)
  const next = { ...memory, sentences: without(sentences, context), givenUp: count }
  if (count < patience) return { memory: next }
  const message = 'it does not say that it is through with what was called off; the connection is made anew'
  return { memory: next, events: [{ type: 'failed', code: 'vendor.failed', message, fatal: true }] }
}

function received<C>(words: SpeakerWords<C>, memory: Memory<C>, message: WireMessage): Said<C> {
  if ('binary' in message) return sound(words, memory, undefined, message.binary)
  const fields = parseFields(message.text)
  if (!fields) {
    const size = `${message.text.length} characters`
    const said = `it sent ${size} that are no JSON object; they were passed over`
    return { memory, events: [{ type: 'failed', code: 'vendor.failed', message: said, fatal: false }] }
  }
  let now: Said<C> = { memory }
  for (const heard of words.heard(memory.config, fields)) {
    const next = take(words, now.memory, heard)
    now = {
      memory: next.memory,
      events: [...(now.events ?? []), ...(next.events ?? [])],
      messages: [...(now.messages ?? []), ...(next.messages ?? [])],
    }
  }
  return now
}

function take<C>(words: SpeakerWords<C>, memory: Memory<C>, heard: Heard): Said<C> {
  switch (heard.type) {
    case 'ready':
      return { memory, events: [{ type: 'ready' }] }
    case 'sound': {
      const bytes = unbase64(heard.base64)
      if (bytes) return sound(words, memory, heard.context, bytes)
      return heard.base64 === '' ? { memory } : unread(words, memory, heard.context)
    }
    case 'spoken':
      return spoken(words, memory, heard.context)
    case 'cleared': {
      const gone = memory.sentences.making.find((one) => one.cancelled)
      if (!gone) return { memory }
      return pumped(words, { ...memory, cleared: true, givenUp: 0 }, without(memory.sentences, gone.context))
    }
    case 'refused':
      return failed(words, memory, heard.context, heard.refusal)
    default:
      return heard satisfies never
  }
}

function sound<C>(words: SpeakerWords<C>, memory: Memory<C>, name: string | undefined, bytes: Uint8Array): Said<C> {
  const making = madeOf(memory.sentences, name)
  // Late, of a sentence that was called off.
  if (!making || making.cancelled || bytes.length === 0) return { memory }
  const { context } = making
  const what = making.bytes === 0 ? containerOf(bytes) : undefined
  if (what !== undefined)
    return dropped(words, memory, making, { code: 'media.format', message: wrongFormatMessage('it', what) })
  const { pcm, rest } = samplesOf(bytes, making.rest)
  const sentences = changed(memory.sentences, context, { bytes: making.bytes + bytes.length, rest })
  return { memory: { ...memory, sentences }, events: pcm.length > 0 ? [{ type: 'audio', context, pcm }] : [] }
}

function spoken<C>(words: SpeakerWords<C>, memory: Memory<C>, name: string | undefined): Said<C> {
  const making = madeOf(memory.sentences, name)
  if (!making) return { memory }
  if (memory.cleared && name === undefined && making.bytes === 0) return { memory: { ...memory, cleared: false } }
  const { context } = making
  return pumped(
    words,
    { ...memory, givenUp: 0 },
    without(memory.sentences, context),
    making.cancelled ? [] : [{ type: 'spoken', context }],
  )
}

function unread<C>(words: SpeakerWords<C>, memory: Memory<C>, name: string | undefined): Said<C> {
  const making = madeOf(memory.sentences, name)
  if (!making) return { memory }
  return dropped(words, memory, making, {
    code: 'vendor.failed',
    message: 'it sent sound that cannot be read; try again',
  })
}

/** The vendor's fault, and only this sentence's: what is still made of it is not wanted. */
function dropped<C>(
  words: SpeakerWords<C>,
  memory: Memory<C>,
  { context }: Making,
  failure: { readonly code: 'media.format' | 'vendor.failed'; readonly message: string },
): Said<C> {
  const next = cancelled(words, memory, context)
  return { ...next, events: [{ type: 'failed', ...failure, fatal: false, context }, ...(next.events ?? [])] }
}

/** A sentence that the vendor names fails alone; a failure without a name is that of all it is making. */
function failed<C>(words: SpeakerWords<C>, memory: Memory<C>, name: string | undefined, refusal: Refusal): Said<C> {
  const { config, sentences } = memory
  const vendor = { name: 'it', secrets: words.secrets(config), ...(words.explain && { explain: words.explain }) }
  const { code, message } = refused(vendor, refusal)
  const failure = { type: 'failed', code, message } as const
  if (name === undefined && !codes[code].retry) return { memory, events: [{ ...failure, fatal: true }] }
  const gone = sentences.making.filter(({ context }) => name === undefined || context === name)
  if (gone.length === 0) return { memory, events: name === undefined ? [{ ...failure, fatal: false }] : [] }
  const left = gone.reduce((rest, { context }) => without(rest, context), sentences)
  const wanted = gone.filter((one) => !one.cancelled)
  return pumped(
    words,
    memory,
    left,
    wanted.map(({ context }) => ({ ...failure, fatal: false, context })),
  )
}
