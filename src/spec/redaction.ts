/** Events without what was said, or without whose numbers: for those who may not see it, and for what is kept after its time. */
import { phone } from '../lib/redact.ts'
import type { CallEvent } from './event.ts'

export interface Hidden {
  /** What people said, pressed and had tools do. */
  readonly words: boolean
  /** Phone numbers, but for their ends. */
  readonly numbers: boolean
}

/** Fields that hold words, in whatever event. */
const wordy: ReadonlySet<string> = new Set(['text', 'digit', 'digits', 'arguments'])
/** Fields that hold an address. */
const addressed: ReadonlySet<string> = new Set(['from', 'to', 'number'])

/** A copy of `event` with `mark` in place of words, and numbers shortened. The type stays, and so does everything technical. */
export function hideIn(event: CallEvent, hidden: Hidden, mark: string): CallEvent {
  const wordsHere = event.type === 'tool.returned' ? new Set([...wordy, 'result']) : wordy
  const shown = (value: unknown, name: string): unknown => {
    if (hidden.words && wordsHere.has(name)) return mark
    if (typeof value === 'string') return hidden.numbers && addressed.has(name) ? phone(value) : value
    if (Array.isArray(value)) return value.map((item) => shown(item, ''))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner, key)]))
  }
  return shown(event, '') as CallEvent // the same shape, text in place of text
}

/** Numbers inside prose and payloads: digits that stand alone and are as many as a number has. */
export function shortenNumbers(text: string): string {
  return text.replaceAll(/(?<![0-9A-Za-z_])(?:\+|%2B)?\d{8,15}(?![0-9A-Za-z_])/g, (found) => {
    const digits = found.replace(/^%2B/i, '+')
    return phone(digits)
  })
}
