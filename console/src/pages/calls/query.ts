/** Filters of the URL as the API asks for them. */
import type { paths } from '../../../../src/client/schema.ts'
import type { CallSearch } from '../../lib/call-search.ts'

type Query = NonNullable<paths['/v1/calls']['get']['parameters']['query']>

const day = 86_400_000

export function queryOf(search: CallSearch, now: number): Query {
  const { status, direction, agent, connection, from, to, span, recorded } = search
  const since = sinceOf(span, now)
  return {
    ...(status && { status: status as Query['status'] }), // a word that the API does not know is refused by it, in a sentence
    ...(direction && { direction }),
    ...(agent && { agent }),
    ...(connection && { connection }),
    ...(from && { from }),
    ...(to && { to }),
    ...(recorded && { recorded }),
    ...(since !== undefined && { since }),
  }
}

function sinceOf(span: string | undefined, now: number): number | undefined {
  if (span === 'today') return new Date(now).setHours(0, 0, 0, 0)
  if (span === '7d') return now - 7 * day
  return span === '30d' ? now - 30 * day : undefined
}
