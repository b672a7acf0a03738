/** What a caller's program says of the call, as the house keeps it: variables for the agent, the rest beside them. */
import type { Variables } from '../../../spec/call.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineGrant } from '../../../spec/listen.ts'

/** Bytes of JSON. */
const mostData = 16_384

export interface Given {
  readonly from: string
  readonly to: string
  readonly agent?: string
  readonly connection?: string
  readonly variables: Variables
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Words of the request that are not for the agent. */
const ours = ['agent', 'connection', 'from', 'to']

/** Plain values become variables; lists and objects stay in `metadata.requestData`. What a grant says counts more. */
export function variablesOf(data: Readonly<Record<string, unknown>>, grant?: LineGrant): Given {
  const size = JSON.stringify(data).length
  if (size > mostData)
    throw new OffhookError('request.too-large', `requestData has ${size} characters: ${mostData} are allowed`)
  const entries = Object.entries(data)
  const plain = entries.flatMap(([name, value]) =>
    !ours.includes(name) && isPlain(value) ? [[name, value] as const] : [],
  )
  const rest = entries.filter(([, value]) => !isPlain(value))
  const agent = word(data['agent'])
  const connection = word(data['connection'])
  return {
    from: word(data['from']) ?? 'browser',
    to: word(data['to']) ?? 'browser',
    ...(agent === undefined ? {} : { agent }),
    ...(connection === undefined ? {} : { connection }),
    variables: { ...Object.fromEntries(plain), ...grant?.variables },
    metadata: { ...(rest.length > 0 ? { requestData: Object.fromEntries(rest) } : {}), ...grant?.metadata },
  }
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined
}
