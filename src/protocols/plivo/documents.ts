/** Markup that the carrier fetches after a request of ours: it travels in the query of its own address. */
import { normaliseNumber } from '../e164/normalise.ts'
import type { InboundRequest } from '../../spec/http.ts'
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

/** Longer addresses are refused by servers on the way. */
export const longestDocument = 4_000

export const documentPurpose = (call: string): string => `document/${call}`

/** The query of the document's address: as readable as the request that names it. */
export function documentQuery(document: Document): string {
  const given = Object.entries(document).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}

/** The markup of an address that we wrote; what cannot be read hangs up. `digits`: how the carrier writes numbers. */
export function documentMarkup(
  { segments, urls, query }: Pick<InboundRequest, 'segments' | 'urls' | 'query'>,
  digits: (number: string) => string,
): string {
  const action = transferred(urls[0] ?? '', segments[1] ?? '', query.get('key'))
  return (query.get('do') === 'dial' ? dialled(query, action, digits) : said(query)) ?? response(hangup())
}

function dialled(query: URLSearchParams, action: string, digits: (number: string) => string): string | undefined {
  const to = normaliseNumber(query.get('to') ?? '')
  const timeout = Number(query.get('timeout'))
  if (to.type === 'invalid' || !(timeout > 0)) return undefined
  return dial(to, { callerId: query.get('from') ?? undefined, timeout, action }, digits)
}

function said(query: URLSearchParams): string | undefined {
  const [text, voice, language] = ['text', 'voice', 'language'].map((name) => query.get(name))
  return query.get('do') === 'say' && text && voice && language ? message(text, voice, language) : undefined
}

/** Where the result of a dial is told: beside the document, on the address that the carrier used. */
function transferred(url: string, call: string, key: string | null): string {
  return `${url.slice(0, url.lastIndexOf('/document/'))}/transferred/${call}${key ? `/${key}` : ''}`
}
