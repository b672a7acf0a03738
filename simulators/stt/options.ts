/** What all simulated recognisers take, and how they judge a query. */
import type { Phrases } from '../vendor/ear.ts'
import type { VendorOptions } from '../vendor/server.ts'

export interface RecogniserOptions extends VendorOptions {
  /** The one key that is good. */
  readonly key: string
  /** What is said, turn by turn, on each connection; a function is asked when a turn begins, on whichever. */
  readonly phrases: Phrases
}

/** What a query may hold: a pattern for the value; `repeats`: more than once; `needed`: not to be left out. */
export interface QueryRule {
  readonly value: RegExp
  readonly repeats?: true
  readonly needed?: true
}

/** What is wrong with a query, or undefined. */
export function queryFault(query: URLSearchParams, rules: Readonly<Record<string, QueryRule>>): string | undefined {
  for (const [name, { needed }] of Object.entries(rules)) {
    if (needed && !query.has(name)) return `parameter "${name}" is missing`
  }
  for (const [name, value] of query) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule) return `unknown parameter "${name}"`
    if (!new RegExp(`^(?:${rule.value.source})$`).test(value)) return `"${value}" is no value of "${name}"`
    if (!rule.repeats && query.getAll(name).length > 1) return `parameter "${name}" stands there twice`
  }
  return undefined
}

const flag = /true|false/

/** Values that many vendors' parameters have. */
export const values = { flag, whole: /\d+/, decimal: /\d+(\.\d+)?/, any: /[^]+/, tag: /[A-Za-z]{2,8}(-[A-Za-z0-9]+)*/ }

/** A JSON object, or undefined. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>) // any object may be read by name
      : undefined
  } catch {
    return undefined // the caller says what the vendor says to that
  }
}
