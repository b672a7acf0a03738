/** How one carrier spells its media messages. */
import type { StreamFormat } from '../../spec/audio.ts'
import type { StreamEvent } from '../../spec/carrier.ts'
import type { Fields } from './fields.ts'

/** What an event of theirs means here. */
export type Meaning = 'greeting' | 'start' | 'media' | 'digit' | 'mark' | 'cleared' | 'stop'

export type Started = Omit<StreamEvent & { readonly type: 'started' }, 'type'>

/** The open stream. */
export type Open = Pick<Started, 'streamRef' | 'format'>

export interface Dialect {
  /** Does this first message look like theirs? */
  greets(first: Fields): boolean
  /** The names of their events; others are ignored. */
  readonly events: Readonly<Record<string, Meaning>>
  /** Reads the message that opens the stream; a text says why it does not. */
  start(message: Fields): Started | string
  /** The stream that a message names, to be held against the open one; undefined where it names none. */
  streamOf(message: Fields): unknown
  /** Their messages count sound in `media.chunk`: what comes late is put in its place, and what comes twice is heard once. */
  readonly counted?: true
  /** The name of a mark that came back. */
  markOf(message: Fields): unknown
  /** Our sound messages have numbers of their own. */
  readonly counts?: true
  /** Messages of ours. `count`: sound messages sent before this one. */
  readonly write: {
    /** Absent where sound travels as binary messages. */
    audio?(payload: string, open: Open, count: number): string
    clear(open: Open): object
    mark?(name: string, open: Open): object
    digits?(digits: string, open: Open): object
  }
  /** Sound travels as binary messages, each of exactly this many bytes. */
  readonly binary?: (format: StreamFormat) => number
  /** Sound sent between a clear and its confirmation is lost: at most this many messages wait for it, then it is given up. */
  readonly holdAfterClear?: number
}
