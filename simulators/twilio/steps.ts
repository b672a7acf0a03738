/** What all verbs share: where they stand, where they lead, and the addresses in their attributes. */
import type { TwilioCall } from './facts.ts'
import type { Element } from './markup.ts'
import type { RecordingOrder } from './recordings.ts'
import type { Fields } from './signature.ts'

export type Instructions =
  | {
      readonly type: 'fetch'
      readonly url: string
      readonly method: string
      readonly fields?: Fields
      readonly fallback?: { readonly url: string; readonly method: string }
    }
  | { readonly type: 'markup'; readonly text: string }

/** What a verb leads to: the next verb, other instructions, or the end of the call. */
export type Outcome = Instructions | 'next' | 'over'

/** What verbs know of the document they stand in. */
export interface Context {
  readonly call: TwilioCall
  /** Aborted when the call ends or is redirected by REST. */
  readonly signal: AbortSignal
  /** Where the document came from; relative URLs start here. */
  readonly base: string | undefined
}

/** Fetch from `url`, which may be relative to the document. */
export function jump(context: Context, url: string, method: string | undefined, fields: Fields): Instructions {
  return { type: 'fetch', url: resolve(url, context.base), method: method ?? 'POST', fields }
}

/** Absolute URLs stay as they were written: the signature covers every character. Nonsense stays too, for the alert. */
export function resolve(url: string, base: string | undefined): string {
  return URL.canParse(url) || !URL.canParse(url, base) ? url : new URL(url, base).href
}

export function seconds(text: string | undefined, usual: number): number {
  return 1000 * (text === undefined ? usual : Number(text))
}

/** Where a noun's or verb's callbacks go. */
export function reportingOf(context: Context, element: Element, name: string, usual: string) {
  const url = element.attributes[name]
  if (!url) return undefined
  const events = new Set((element.attributes[`${name}Event`] ?? usual).split(' '))
  return { url: resolve(url, context.base), method: element.attributes[`${name}Method`] ?? 'POST', events }
}

/** What an element's recording attributes ask for. */
export function recordingPlan(context: Context, element: Element, channels: 1 | 2): RecordingOrder {
  const track = element.attributes.track ?? element.attributes.recordingTrack
  return {
    source: element.name === 'Dial' ? 'DialVerb' : 'StartCallRecordingAPI',
    channels,
    track: track === 'inbound' || track === 'outbound' ? track : 'both',
    trim: element.attributes.trim === 'trim-silence',
    reporting: reportingOf(context, element, 'recordingStatusCallback', 'completed'),
  }
}
