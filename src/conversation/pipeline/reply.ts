/** One reply of a pipeline, from the model's first word to the last sample. */
import type { Clock } from '../../lib/clock.ts'
import type { Emitter } from '../../media/port.ts'
import type { AgentEmit } from '../../spec/agent.ts'
import type { Model, ModelEvent, Speaker, Tool, ToolCall } from '../../spec/speech.ts'
import { Feed } from './feed.ts'
import type { History } from './history.ts'
import { isHopeless, sayAll } from './mouth.ts'
import { SentenceCutter } from './sentences.ts'

export interface Reply {
  readonly id: string
  /** The model's own; else a text it was told to say. */
  readonly thought: boolean
  /** Its first sound was written. */
  begun: boolean
  /** All the text that was to be said. */
  planned: string
  /** Tools the model asks for. */
  calls: ToolCall[]
  readonly abort: AbortController
  readonly history: History
  readonly speaker: Speaker
  readonly voice: Emitter
  readonly clock: Clock
  readonly emit: AgentEmit
  /** The model's first word is there. */
  readonly awake: () => void
  readonly broke: (error: unknown) => void
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
export async function replyWith(reply: Reply, model: Model, tools: readonly Tool[]): Promise<void> {
  const turns = reply.history.turns()
  reply.history.begin(reply.id)
  const feed = new Feed<string>()
  const mute = new AbortController()
  const signal = AbortSignal.any([reply.abort.signal, mute.signal])
  const think = async () => {
    try {
      await thinkTwice(reply, feed, () => model.reply(turns, tools, signal), signal)
    } finally {
      feed.end()
    }
  }
  const saying = say(reply, feed).catch((error: unknown) => {
    // Nobody will hear what the model still has to say.
    mute.abort(error)
    throw error
  })
  const [thought, said] = await Promise.allSettled([think(), saying])
  if (said.status === 'rejected') throw said.reason
  if (thought.status === 'rejected') throw thought.reason
}

async function thinkTwice(
  reply: Reply,
  feed: Feed<string>,
  ask: () => AsyncIterable<ModelEvent>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await think(reply, feed, ask(), signal)
    } catch (error) {
      signal.throwIfAborted()
      // What was given to the speaker cannot be taken back, and must not be said twice.
      if (attempt === 2 || reply.planned !== '' || isHopeless(error)) throw error
      reply.calls = []
    }
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
      for (const sentence of cutter.push(event.delta)) plan(reply, feed, sentence)
    }
  }
  signal.throwIfAborted()
  for (const sentence of cutter.end()) plan(reply, feed, sentence)
}

function plan(reply: Reply, feed: Feed<string>, sentence: string): void {
  reply.planned += sentence
  feed.push(sentence)
}

async function say(reply: Reply, sentences: Feed<string>): Promise<void> {
  const { id, history, emit, speaker, voice, clock, broke, abort } = reply
  let soundMs = 0
  const saying = (text: string) => {
    if (!reply.begun) emit({ type: 'reply-started', reply: id })
    reply.begun = true
    history.text(id, text)
    emit({ type: 'reply-text', reply: id, delta: text, atMs: soundMs })
  }
  const sounding = (ms: number) => {
    soundMs += ms
    history.sound(id, ms)
  }
  await sayAll(sentences, { speaker, voice, clock, saying, sounding, broke }, abort.signal)
}
