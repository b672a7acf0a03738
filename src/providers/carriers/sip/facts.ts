/** What an INVITE says of a call, as call data: who calls whom, who it was meant for, and the headers its trunk lets through. */
import { header, headerValues, headerLines } from '../../../protocols/sip/message/headers.ts'
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import { formatUri, parseUri, type Uri } from '../../../protocols/sip/message/uri.ts'
import type { Flow } from '../../../protocols/sip/transport/contract.ts'
import type { Variables } from '../../../spec/call.ts'
import { addressIn, numberIn } from './numbers.ts'
import { listed } from '../../../lib/list.ts'
import type { Settings } from './settings.ts'

export interface Facts {
  readonly from: string
  readonly to: string
  readonly variables: Variables
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Headers kept, and characters of each. */
const mostHeaders = 30
const longest = 500

/** `trusted`: the peer is a trunk's, whose word on the caller's identity counts (RFC 3325 §5). */
export function factsOf(request: SipRequest, flow: Flow, settings: Settings, trusted: boolean): Facts {
  const from = addressIn(header(request, 'from'))
  const asserted = trusted ? addressIn(headerValues(request, 'p-asserted-identity')[0]) : undefined
  const hidden = headerValues(request, 'privacy').some((value) => /\bid\b/i.test(value))
  const caller = asserted ?? from
  const name = caller?.display ?? from?.display
  const headers = wantedHeaders(request, settings.headersIn)
  return {
    from: numberIn(caller?.uri, settings),
    to: numberIn(parseUri(request.uri), settings),
    variables: {
      ...(name === undefined || hidden ? {} : { caller_name: name.slice(0, 100) }),
      ...Object.fromEntries(headers.map(([key, value]) => [variableOf(key), value])),
    },
    metadata: {
      sip: {
        callId: header(request, 'call-id') ?? '',
        source: `${flow.protocol} ${flow.remote.address}:${flow.remote.port}`,
        from: shown(from?.uri),
        to: shown(addressIn(header(request, 'to'))?.uri),
        ...listOf('assertedIdentity', headerValues(request, 'p-asserted-identity')),
        ...listOf('diversion', headerValues(request, 'diversion')),
        ...listOf('history', headerValues(request, 'history-info')),
        ...textOf('userAgent', header(request, 'user-agent')),
        ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
      },
    },
  }
}

/** `X-Account-Id` is `x_account_id` to the agent. */
function variableOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
}

function wantedHeaders(request: SipRequest, wanted: string): readonly (readonly [string, string])[] {
  const names = listed(wanted.toLowerCase())
  const isWanted = (name: string): boolean =>
    names.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name)) && !secret.has(name)
  const found = request.headers.filter(({ name }) => isWanted(name.toLowerCase()))
  const named = [...new Map(found.map(({ name }) => [name.toLowerCase(), name])).values()]
  return named
    .slice(0, mostHeaders)
    .map((name) => [name, headerLines(request, name).join(', ').slice(0, longest)] as const)
}

/** Never handed on, whatever is asked for. */
const secret: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization'])

/** Without a password: one in a URI is a secret of somebody's. */
function shown(uri: Uri | undefined): string {
  if (uri === undefined || uri.scheme === 'other') return ''
  if (uri.scheme === 'tel') return formatUri(uri)
  const { password: _, ...rest } = uri
  return formatUri({ ...rest, headers: [] })
}

function listOf(name: string, values: readonly string[]): Readonly<Record<string, unknown>> {
  const few = values.slice(0, 10).map((value) => value.slice(0, longest))
  return few.length > 0 ? { [name]: few } : {}
}

function textOf(name: string, value: string | undefined): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [name]: value.slice(0, longest) }
}
