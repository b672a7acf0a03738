/** What Twilio's own REST client would send: the witness of our requests in tests. */
import twilio from 'twilio'
import type { HttpRequest } from '../../../spec/http.ts'
import { accountSid, token } from './examples.ts'

/** A request reduced to what Twilio sees. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly form: readonly string[]
  readonly authorization: string | undefined
}

type Client = ReturnType<typeof twilio>

/** Runs SDK calls against a client without a network; gives what it would have sent. The SDK's own result is not awaited for sense. */
export async function sentBySdk(
  use: (client: Client) => Promise<unknown>,
  place: { region?: string; edge?: string } = {},
) {
  const sent: Sent[] = []
  const httpClient = {
    request: async (options: SdkRequest) => {
      sent.push(fromSdk(options))
      return { statusCode: 200, body: JSON.stringify({ incoming_phone_numbers: [], available_phone_numbers: [] }) }
    },
  }
  // The SDK's type asks for its axios internals; it calls nothing but `request`.
  const client = twilio(accountSid, token, { ...place, httpClient: httpClient as never })
  await use(client)
  return sent
}

interface SdkRequest {
  readonly method: string
  readonly uri: string
  readonly username?: string
  readonly password?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly data?: Readonly<Record<string, unknown>>
}

function fromSdk({ method, uri, username, password, params, data }: SdkRequest): Sent {
  const query = pairs(params ?? {})
  return {
    method: method.toUpperCase(),
    url: query.length > 0 ? `${uri}?${query.join('&')}` : uri,
    form: pairs(data ?? {}),
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  }
}

/** `name=value`, decoded, sorted; arrays repeat their key. */
function pairs(values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(values)
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${String(value)}`)
    .toSorted()
}

export function sentByUs({ method, url, headers, body }: HttpRequest): Sent {
  const at = url.indexOf('?')
  const query = at === -1 ? [] : sorted(url.slice(at + 1))
  const address = at === -1 ? url : url.slice(0, at)
  return {
    method,
    url: query.length > 0 ? `${address}?${query.join('&')}` : address,
    form: typeof body === 'string' ? sorted(body) : [],
    authorization: headers['authorization'],
  }
}

function sorted(encoded: string): readonly string[] {
  return [...new URLSearchParams(encoded)].map(([name, value]) => `${name}=${value}`).toSorted()
}
