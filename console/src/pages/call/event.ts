/** Reads the journal's events: their fields arrive untyped. */
import type { Schemas } from '../../lib/api.ts'

export type Entry = Schemas['Event']

export function textOf(entry: Entry, name: string): string {
  const value = entry.event[name]
  return typeof value === 'string' ? value : ''
}

export function numberOf(entry: Entry, name: string): number | undefined {
  const value = entry.event[name]
  return typeof value === 'number' ? value : undefined
}

/** An object inside an event: a command, timings. */
export function partOf(entry: Entry, name: string): Readonly<Record<string, unknown>> {
  const value = entry.event[name]
  // Parse boundary: an object has string keys.
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** History and what came live since, each event once, in order. */
export function merged(history: readonly Entry[], live: readonly Entry[]): readonly Entry[] {
  const bySequence = new Map<number, Entry>()
  for (const entry of [...history, ...live]) bySequence.set(entry.sequence, entry)
  return [...bySequence.values()].toSorted((a, b) => a.sequence - b.sequence)
}
