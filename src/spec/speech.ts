/** Parts of a pipeline: recognisers (speech to text), models (text to text) and speakers (text to speech). */
import type { z } from 'zod'
import type { ProviderSpec } from './provider.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Scope } from '../lib/scope.ts'

/** What a part may use of the engine. Parts that run models keep their workers on `scope`, one set per process. */
export interface PartHost {
  readonly scope: Scope
  readonly clock: Clock
  readonly ids: Ids
  /** Guarded HTTP for vendors with a request per reply. `body` yields as it arrives. Rejects with OffhookError. */
  stream(request: {
    readonly method: 'POST' | 'GET'
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
    readonly timeout?: number
    readonly signal: AbortSignal
  }): Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: AsyncIterable<Uint8Array>
  }>
}

// ── recogniser ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RecogniserSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'stt'
  /** A session per call; sessions share models, never text. */
  open(config: z.output<S>, host: PartHost): Recogniser | Promise<Recogniser>
}

export interface Recogniser extends AsyncDisposable {
  /** Hz it wants to hear. */
  readonly rate: number
  /** A whole utterance in, its text out ('' when there was no speech). Rejects with OffhookError; abort rejects with the signal's reason. */
  recognise(pcm: Int16Array, signal: AbortSignal): Promise<string>
}

// ── model ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Tool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Parsed; `{}` when the model gave none. */
  readonly arguments: Readonly<Record<string, unknown>>
}

/** A turn of the history. `heard` prefix only: words the caller never heard are not in it. Keypad digits arrive as caller text `[DTMF: 5]`. */
export type Turn =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'caller'; readonly text: string }
  | { readonly role: 'agent'; readonly text: string; readonly tools?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly id: string; readonly name: string; readonly result: string }

export type ModelEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'tool'; readonly call: ToolCall }
  | { readonly type: 'usage'; readonly usage: Readonly<Record<string, number>> }

export interface ModelSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'llm'
  open(config: z.output<S>, host: PartHost): Model | Promise<Model>
}

export interface Model extends AsyncDisposable {
  /** Streams a reply. Aborting cancels all the way to the vendor. Throws OffhookError. */
  reply(history: readonly Turn[], tools: readonly Tool[], signal: AbortSignal): AsyncIterable<ModelEvent>
}

// ── speaker ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SpeakerSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'tts'
  open(config: z.output<S>, host: PartHost): Speaker | Promise<Speaker>
}

export interface Speaker extends AsyncDisposable {
  /** Hz it speaks at. */
  readonly rate: number
  /** One sentence in, sound out in pieces as it is made. Throws OffhookError. */
  speak(text: string, signal: AbortSignal): AsyncIterable<Int16Array>
}
