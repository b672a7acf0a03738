/** What we send to a client: RTVI 2.1 messages by type, with exactly the data that the standard gives them. */

/** Ours; older clients are told their own, newer ones decide for themselves. */
const rtviVersion = '2.1.0'

interface Figure {
  readonly processor: string
  /** Seconds. */
  readonly value: number
}

export interface ServerData {
  readonly 'bot-ready': { readonly version: string; readonly about: { readonly library: string } }
  /** Both names for the text: server and client of the standard disagree. */
  readonly error: { readonly error: string; readonly message: string; readonly fatal: boolean }
  readonly 'error-response': { readonly error: string }
  readonly 'server-response': { readonly t: string; readonly d: unknown }
  readonly 'user-started-speaking': undefined
  readonly 'user-stopped-speaking': undefined
  readonly 'bot-started-speaking': undefined
  readonly 'bot-stopped-speaking': undefined
  readonly 'bot-interrupted': undefined
  readonly 'user-transcription': {
    readonly text: string
    readonly user_id: string
    readonly timestamp: string
    readonly final: boolean
  }
  readonly 'bot-llm-started': undefined
  readonly 'bot-llm-text': { readonly text: string }
  readonly 'bot-llm-stopped': undefined
  readonly 'bot-tts-started': undefined
  readonly 'bot-tts-text': { readonly text: string }
  readonly 'bot-tts-stopped': undefined
  readonly 'bot-transcription': { readonly text: string }
  readonly 'bot-output': {
    readonly text: string
    readonly aggregated_by: 'sentence'
    readonly segment_id: number
    readonly spoken: boolean
    readonly will_be_spoken: boolean
    readonly spoken_status: 'new' | 'completed'
  }
  readonly 'llm-function-call-started': { readonly function_name: string }
  readonly 'llm-function-call-in-progress': {
    readonly tool_call_id: string
    readonly function_name: string
    readonly arguments: unknown
  }
  readonly 'llm-function-call-stopped': {
    readonly tool_call_id: string
    readonly function_name: string
    readonly cancelled: boolean
    readonly result: unknown
  }
  readonly metrics: { readonly ttfb: readonly Figure[] }
  readonly 'user-audio-level': { readonly value: number }
  readonly 'bot-audio-level': { readonly value: number }
}

export type ServerMessage = {
  readonly [T in keyof ServerData]: { readonly type: T; readonly data: ServerData[T] }
}[keyof ServerData]

/** `id`: of the request that is answered, else a fresh one. */
export function writeServer({ type, data }: ServerMessage, id: string): string {
  return JSON.stringify({ label: 'rtvi-ai', type, id, ...(data === undefined ? {} : { data }) })
}

/** The same major version, or 1.x, is understood; anything else is told so and served all the same. */
export function understands(version: string): boolean {
  return ['1', '2'].includes(version.split('.')[0] ?? '')
}

/** What a client of this version is told: old ones want to hear their own. */
export function versionFor(version: string): string {
  return version.startsWith('1.') ? version : rtviVersion
}

/** Signalling beside RTVI: we are gone. */
export function writeGoodbye(): string {
  return JSON.stringify({ type: 'signalling', message: { type: 'peerLeft' } })
}
