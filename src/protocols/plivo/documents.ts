/** Markup that the carrier fetches after a request of ours: it travels in the path of its own address. */
import { normaliseNumber } from '../e164/normalise.ts'
import { isFields, parseFields, text, whole, type Fields } from '../json-media/fields.ts'
import { dial, hangup, message, response } from './markup.ts'

export type Document =
  | {
      readonly do: 'dial'
      readonly to: string
      readonly from?: string | undefined
      readonly timeout: number
      /** What to add to the address where the result is told. */
      readonly key?: string
    }
  | { readonly do: 'say'; readonly text: string; readonly voice: string; readonly language: string }

/** Longer paths are refused by servers on the way. */
export const longestDocument = 4_000

/** Path of the document, below the connection's webhooks. */
export function documentPath(call: string, document: Document): string {
  return `document/${call}/${Buffer.from(JSON.stringify(document)).toString('base64url')}`
}

/** The markup of a path that we wrote; what cannot be read hangs up. `digits`: how the carrier writes numbers. */
export function documentMarkup(segments: readonly string[], url: string, digits: (number: string) => string): string {
  const [, call = '', encoded = ''] = segments
  const read = parseFields(Buffer.from(encoded, 'base64url').toString())
  return (
    (isFields(read) ? written(read, transferred(url, call, text(read, 'key')), digits) : undefined) ??
    response(hangup())
  )
}

function written(read: Fields, action: string, digits: (number: string) => string): string | undefined {
  if (read['do'] === 'dial') {
    const to = normaliseNumber(text(read, 'to') ?? '')
    const timeout = whole(read['timeout']) ?? 30
    return to.type === 'invalid' ? undefined : dial(to, { callerId: text(read, 'from'), timeout, action }, digits)
  }
  const said = text(read, 'text')
  if (read['do'] !== 'say' || said === undefined) return undefined
  return message(said, text(read, 'voice') ?? 'WOMAN', text(read, 'language') ?? 'en-US')
}

/** Where the result of a dial is told: beside the document, on the address that the carrier used. */
function transferred(url: string, call: string, key: string | undefined): string {
  return `${url.slice(0, url.lastIndexOf('/document/'))}/transferred/${call}${key ? `/${key}` : ''}`
}
