/** One reply of a pipeline, from the model's first word to the last sample. */
import type { Clock } from '../../lib/clock.ts'
import type { Emitter } from '../../media/port.ts'
import type { AgentEmit } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Model, ModelEvent, Speaker, Tool, ToolCall, Turn } from '../../spec/speech.ts'
import type { Screen } from '../kit/screen.ts'
import { Feed } from './feed.ts'
import type { History } from './history.ts'
import { sayAll } from './mouth.ts'
import { SentenceCutter } from './sentences.ts'
import type { Standby } from './standby.ts'

export interface Reply {
  readonly id: string
  /** The model's own; else a text it was told to say. */
  readonly thought: boolean
  /** Its first sound was written. */
  begun: boolean
  /** All the text that was to be said. */
  planned: string
  /** Tools the model asks for, and sounds, by their address. */
  calls: ToolCall[]
  readonly plays: string[]
  /** It is heard to its end. */
  shielded: boolean
  /** Something else is said in place of its words from here on. */
  blocked: boolean
  /** What it must not say. */
  readonly screen?: Screen
  readonly abort: AbortController
  readonly history: History
  readonly speakers: Standby<Speaker>
  readonly voice: Pick<Emitter, 'rate' | 'emit'>
  readonly clock: Clock
  readonly emit: AgentEmit
  /** The model's first word is there. */
  readonly awake: () => void
  readonly broke: (error: unknown) => void
}

export interface Question {
  readonly models: Standby<Model>
  readonly tools: readonly Tool[]
  /** Longest wait for the first word while somebody else could be asked, ms. */
  readonly patience: number
  /** What was thought of it before it was asked. */
  readonly early: (turns: readonly Turn[], signal: AbortSignal) => AsyncIterable<ModelEvent> | undefined
}

/** Says a text as given. */
export async function sayText(reply: Reply, text: string): Promise<void> {
  reply.history.begin(reply.id)
  const feed = new Feed<string>()
  const cutter = new SentenceCutter()
  for (const sentence of [...cutter.push(text), ...cutter.end()]) plan(reply, feed, sentence)
  feed.end()
  await say(reply, feed)
}

/** Says what the model replies, while it replies. Rejects when the model or the speaker fails, once all before it was said. */
export async function replyWith(reply: Reply, question: Question): Promise<void> {
  const turns = reply.history.turns()
  reply.history.begin(reply.id)
  const feed = new Feed<string>()
  const mute = new AbortController()
  const signal = AbortSignal.any([reply.abort.signal, mute.signal])
  const think = async () => {
    try {
      await thinkUntilAnswered(reply, feed, { ...question, turns }, signal)
    } finally {
      feed.end()
    }
  }
  const saying = say(reply, screened(reply, feed))
    .then(() => reply.blocked && mute.abort())
    .catch((error: unknown) => {
      // Nobody will hear what the model still has to say.
      mute.abort(error)
      throw error
    })
  const [thought, said] = await Promise.allSettled([think(), saying])
  if (said.status === 'rejected') throw said.reason
  if (reply.blocked) reply.calls = []
  else if (thought.status === 'rejected') throw thought.reason
}

/** Sentences that may be said. The first that may not is replaced, and nothing follows it. */
async function* screened(reply: Reply, sentences: Feed<string>): AsyncGenerator<string> {
  const reading = reply.screen?.begin()
  let passed = ''
  for await (const sentence of sentences) {
    const verdict = reading?.read(`${sentence} `) ?? (await reading?.check?.(sentence, reply.abort.signal))
    if (verdict) {
      reply.blocked = true
      reply.planned = passed + verdict.instead
      reply.emit({ type: 'blocked', said: true, ...verdict })
      if (verdict.instead !== '') yield verdict.instead
      return
    }
    passed += sentence
    yield sentence
  }
}

async function thinkUntilAnswered(
  reply: Reply,
  feed: Feed<string>,
  question: Question & { readonly turns: readonly Turn[] },
  signal: AbortSignal,
): Promise<void> {
  const { models, turns, tools, early } = question
  for (let first = true; ; first = false) {
    const late = new AbortController()
    try {
      const model = await models.part()
      const either = AbortSignal.any([signal, late.signal])
      const events = (first ? early(turns, either) : undefined) ?? model.reply(turns, tools, either)
      await think(reply, feed, promptly(events, late, { ...question, clock: reply.clock }), signal)
      return models.worked()
    } catch (error) {
      signal.throwIfAborted()
      const more = models.failed(error, { atOnce: late.signal.aborted })
      // What was given to the speaker cannot be taken back, and must not be said twice.
      if (!more || reply.planned !== '') throw error
      reply.calls = []
    }
  }
}

/** Events as they come; too late a first word is called off, if there is somebody else to ask. */
async function* promptly(
  events: AsyncIterable<ModelEvent>,
  late: AbortController,
  { models, patience, clock }: Question & { readonly clock: Clock },
): AsyncGenerator<ModelEvent> {
  const message = `${models.name} had no word within ${patience / 1000} s`
  const giveUp = () => late.abort(new OffhookError('vendor.timeout', message))
  const timer = models.hasNext ? clock.timer(patience, giveUp) : undefined
  try {
    for await (const event of events) {
      if (event.type !== 'usage') timer?.cancel()
      yield event
    }
    late.signal.throwIfAborted()
  } finally {
    timer?.cancel()
  }
}

async function think(
  reply: Reply,
  feed: Feed<string>,
  events: AsyncIterable<ModelEvent>,
  signal: AbortSignal,
): Promise<void> {
  const cutter = new SentenceCutter()
  let begun = false
  for await (const event of events) {
    signal.throwIfAborted()
    if (event.type === 'usage') reply.emit({ type: 'usage', usage: event.usage })
    else if (event.type === 'tool') reply.calls.push(event.call)
    else {
      if (!begun) reply.awake()
      begun = true
      reply.shielded ||= event.shielded === true
      for (const sentence of cutter.push(event.delta)) plan(reply, feed, sentence)
    }
  }
  signal.throwIfAborted()
  for (const sentence of cutter.end()) plan(reply, feed, sentence)
}

function plan(reply: Reply, feed: Feed<string>, sentence: string): void {
  if (reply.blocked) return
  reply.planned += sentence
  feed.push(sentence)
}

async function say(reply: Reply, sentences: AsyncIterable<string>): Promise<void> {
  const { id, history, emit, speakers, voice, clock, broke, abort } = reply
  let soundMs = 0
  const saying = (text: string) => {
    if (!reply.begun) emit({ type: 'reply-started', reply: id, ...(reply.shielded && { shielded: true }) })
    reply.begun = true
    history.text(id, text)
    emit({ type: 'reply-text', reply: id, delta: text, atMs: soundMs })
  }
  const sounding = (ms: number) => {
    soundMs += ms
    history.sound(id, ms)
  }
  await sayAll(sentences, { speakers, voice, clock, saying, sounding, broke }, abort.signal)
}
