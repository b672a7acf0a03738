/** What a reply cost, in our words. */
import { whole } from '../json-media/fields.ts'

/** Only what the vendor told. */
export function counted(counts: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => {
      const number = whole(count)
      return number === undefined ? [] : [[name, number]]
    }),
  )
}
