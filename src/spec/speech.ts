/** Parts of a pipeline: recognisers (speech to text), models (text to text) and speakers (text to speech). */
import type { z } from 'zod'
import type { Variables } from './call.ts'
import type { WireMessage } from './carrier.ts'
import type { Now, Operation } from './http.ts'
import type { ErrorCode } from './errors.ts'
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
    readonly method: 'POST' | 'GET' | 'DELETE'
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
  /** Opens a connection there while the telephone rings, for the request that will come. Never fails: that request will say what is wrong. */
  warm?(url: string): void
}

/** Where a vendor's socket is. Secrets travel in headers; a URL that holds one is never shown. */
export interface SocketTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  /** What the requests before it told, for whoever talks on the socket. */
  readonly facts?: Readonly<Record<string, string>>
}

/** A part that went wrong, in the engine's words. Fatal: this session will not come back; another may. */
export interface PartFailed {
  readonly type: 'failed'
  readonly code: ErrorCode
  /** One sentence for the operator: what the vendor said, and what to do. */
  readonly message: string
  readonly fatal: boolean
}

/** Words that every part uses alike: `inputTokens` (`cachedTokens` of them), `outputTokens` (`reasoningTokens` of them), `characters` spoken, `audioMs` heard. */
interface PartUsage {
  readonly type: 'usage'
  readonly usage: Readonly<Record<string, number>>
}

// ── recogniser ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type RecogniserSpec<S extends z.ZodObject = z.ZodObject> = SegmentRecogniserSpec<S> | SocketRecogniserSpec<S>

interface RecogniserBase<S extends z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'stt'
}

/** Hears whole utterances. */
export interface SegmentRecogniserSpec<S extends z.ZodObject = z.ZodObject> extends RecogniserBase<S> {
  /** A session per call; sessions share models, never text. */
  open(config: z.output<S>, host: PartHost): Recogniser | Promise<Recogniser>
}

/** Hears all the time over the vendor's socket: a pure translator that the engine drives. */
export interface SocketRecogniserSpec<S extends z.ZodObject = z.ZodObject> extends RecogniserBase<S> {
  readonly socket: RecogniserSocket<z.output<S>>
}

/** What the vendor's own close codes mean; undefined for those that say nothing. `reason` may hold what a key looks like: do not repeat it. */
type ExplainClose = (code: number, reason: string) => Pick<PartFailed, 'code' | 'message'> | undefined

export interface RecogniserSocket<C> {
  /** Hz it hears. */
  rate(config: C): number
  /** `vendor`: it says itself when a turn begins and ends. `engine`: our detector does, and flushes. */
  turns(config: C): 'engine' | 'vendor'
  /** After so long without a message of ours it is given `idle`, ms. Absent: never. */
  readonly idleAfter?: number
  connect(config: C, now: Now): Operation<SocketTarget>
  begin(config: C): unknown
  step(state: unknown, input: RecogniserInput): RecogniserStep
  readonly explainClose?: ExplainClose
}

export type RecogniserInput =
  /** The socket is open: comes once, before anything else. */
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly message: WireMessage }
  /** Some 20 ms of sound at `rate`; comes all the time once `ready`, as silence where the caller's line is silent. */
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  /** The turn is over by our detector: what was heard until now is wanted as final, then `flushed`. */
  | { readonly type: 'flush' }
  | { readonly type: 'idle' }
  /** No sound follows; the socket is closed soon. */
  | { readonly type: 'finish' }

export type RecogniserEvent =
  /** Wants sound from now on; it is kept for it until then. */
  | { readonly type: 'ready' }
  /** Of the present turn. Final parts add up (joined by a space); one that is not final stands behind them until the next. */
  | { readonly type: 'text'; readonly text: string; readonly final: boolean }
  | { readonly type: 'flushed' }
  | { readonly type: 'turn-started' }
  /** The vendor thinks that the turn is over: an answer may be prepared, not spoken. `turn-resumed` takes it back. */
  | { readonly type: 'turn-ending' }
  | { readonly type: 'turn-resumed' }
  | { readonly type: 'turn-ended' }
  | PartUsage
  | PartFailed

export interface RecogniserStep {
  readonly state: unknown
  readonly events: readonly RecogniserEvent[]
  readonly messages: readonly WireMessage[]
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
  /** What is wrong with the arguments where the model gave no JSON object: it is told so, and may try again. */
  readonly broken?: string
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
  /** `shielded`: the answer is heard to its end, whoever speaks over it. */
  | { readonly type: 'text'; readonly delta: string; readonly shielded?: true }
  | { readonly type: 'tool'; readonly call: ToolCall }
  /** In the words of `PartUsage`. */
  | { readonly type: 'usage'; readonly usage: Readonly<Record<string, number>> }

export interface ModelSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'llm'
  /** `call`: for models that are told of the call and may speak unasked; absent where there is none. */
  open(config: z.output<S>, host: PartHost, call?: ModelCall): Model | Promise<Model>
}

/** The call that a model is opened for. */
export interface ModelCall {
  readonly call: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly variables: Variables
  /** A model behind a socket of its own, which the engine drives by this pure translator. */
  socket(translator: ModelSocket): Promise<Model>
}

/** Keeps the history by itself: it is told what is new. */
export interface ModelSocket {
  /** For people: named in failures. */
  readonly name: string
  /** Hidden wherever it repeats them. */
  readonly secrets: readonly string[]
  connect(now: Now): Operation<SocketTarget>
  begin(): unknown
  step(
    state: unknown,
    input: ModelInput,
  ): {
    readonly state: unknown
    readonly events: readonly ModelSocketEvent[]
    readonly messages: readonly WireMessage[]
  }
}

export type ModelInput =
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly message: WireMessage }
  /** The caller said this, and waits for an answer. */
  | { readonly type: 'turn'; readonly text: string }
  | { readonly type: 'digits'; readonly digits: string }
  /** Of what it said last the caller heard this, for so long, and nothing more. */
  | { readonly type: 'interrupted'; readonly heard: string; readonly heardMs: number }
  | { readonly type: 'idle' }
  | { readonly type: 'finish' }

export type ModelSocketEvent =
  /** Of the answer, or, where none is waited for, of something to say; `last` ends it. */
  | { readonly type: 'text'; readonly delta: string; readonly last: boolean; readonly shielded?: true }
  /** A sound to be heard after what it said: where it is to be had. */
  | { readonly type: 'play'; readonly url: string }
  /** A tool to run once what it said was spoken; it is not told what came of it. */
  | { readonly type: 'tool'; readonly call: ToolCall }
  | PartFailed

export interface Model extends AsyncDisposable {
  /** Streams a reply. Aborting cancels all the way to the vendor. Throws OffhookError. */
  reply(history: readonly Turn[], tools: readonly Tool[], signal: AbortSignal): AsyncIterable<ModelEvent>
  /** The caller interrupted: of what it said last they heard this, for so long. For models that keep the history themselves. */
  interrupted?(heard: string, heardMs: number): void
}

// ── speaker ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type SpeakerSpec<S extends z.ZodObject = z.ZodObject> = RequestSpeakerSpec<S> | SocketSpeakerSpec<S>

interface SpeakerBase<S extends z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'tts'
}

/** A request per sentence, or sound made in this process. */
export interface RequestSpeakerSpec<S extends z.ZodObject = z.ZodObject> extends SpeakerBase<S> {
  open(config: z.output<S>, host: PartHost): Speaker | Promise<Speaker>
}

/** Speaks over the vendor's socket: a pure translator that the engine drives. */
export interface SocketSpeakerSpec<S extends z.ZodObject = z.ZodObject> extends SpeakerBase<S> {
  readonly socket: SpeakerSocket<z.output<S>>
}

export interface SpeakerSocket<C> {
  /** Hz it speaks at. */
  rate(config: C): number
  /** After so long without a message of ours it is given `idle`, ms. Absent: never. */
  readonly idleAfter?: number
  connect(config: C, now: Now): Operation<SocketTarget>
  begin(config: C): unknown
  step(state: unknown, input: SpeakerInput): SpeakerStep
  readonly explainClose?: ExplainClose
}

export type SpeakerInput =
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly message: WireMessage }
  /** A sentence to be spoken now; what belongs to `context` comes back under that name. */
  | { readonly type: 'speak'; readonly context: string; readonly text: string }
  /** Nobody wants to hear the rest of it: the vendor is told, and whatever still comes of it is dropped. */
  | { readonly type: 'cancel'; readonly context: string }
  | { readonly type: 'idle' }
  | { readonly type: 'finish' }

export type SpeakerEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'audio'; readonly context: string; readonly pcm: Int16Array }
  /** All sound of the sentence came. */
  | { readonly type: 'spoken'; readonly context: string }
  | PartUsage
  /** With `context` only that sentence failed. */
  | (PartFailed & { readonly context?: string })

export interface SpeakerStep {
  readonly state: unknown
  readonly events: readonly SpeakerEvent[]
  readonly messages: readonly WireMessage[]
}

export interface Speaker extends AsyncDisposable {
  /** Hz it speaks at. */
  readonly rate: number
  /** One sentence in, sound out in pieces as it is made. Throws OffhookError. */
  speak(text: string, signal: AbortSignal): AsyncIterable<Int16Array>
}
