/** Reads TwiML as strictly as Twilio's debugger: 12100 for broken XML, 12200 for what the schema does not know. */
import { readMarkup as read, type Element } from '../carrier/markup.ts'
import { rules } from './schema.ts'

export type { Element } from '../carrier/markup.ts'

export type Markup =
  | { readonly ok: true; readonly verbs: readonly Element[] }
  | { readonly ok: false; readonly error: { readonly code: 12100 | 12200; readonly message: string } }

/** Only the first error is told: Twilio stops there too. */
export function readMarkup(xml: string): Markup {
  const markup = read(xml, rules)
  if (markup.ok) return markup
  const { type, message } = markup.error
  return { ok: false, error: { code: type === 'broken' ? 12100 : 12200, message } }
}
