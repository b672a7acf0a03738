/** Keys of the telephone that belong together. Pure. */
import type { TurnRules } from './turn.ts'

/** What was pressed so far and one more key: all of it, and whether it is complete. */
export function press(
  rules: TurnRules,
  keys: string,
  key: string,
): { readonly keys: string; readonly complete: boolean } {
  const ends = key === rules.digitEnd
  // The key that ends a number is none of its digits; alone it is a key like any other.
  if (ends) return { keys: keys || key, complete: true }
  const all = keys + key
  return { keys: all, complete: rules.digitTimeout === 0 || all.length === rules.digitLimit }
}
