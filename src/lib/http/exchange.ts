/** One request on the wire: connections only to checked addresses, redirects followed hop by hop. */
import { Agent, Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { LibError } from '../failure.ts'
import { isSecretName, redactUrl } from '../redact.ts'
import type { Doors } from './doors.ts'
import type { Guard } from './guard.ts'
import { parseUrl } from './guard.ts'

export type Headers = Readonly<Record<string, string>>

export interface Hop {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string | Uint8Array | null
}

/** An answer whose body is still to be read, and the address that gave it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Dispatcher.ResponseData['body']
  readonly url: URL
}

/** Keeps connections alive and reuses them, `connections` per origin; opens each one only to addresses that the guard lets through. */
export function createAgent(doors: Doors, connections: number): Agent {
  return new Agent({
    factory: (origin) =>
      new Pool(origin, {
        connect: doors.connector(new URL(origin).origin),
        connections,
        allowH2: false,
        // A caller's turns are often further apart than ten seconds; a server that says less is believed.
        keepAliveTimeout: 55_000,
        // Our clock measures both; undici's own timers stay off.
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
  })
}

/** Sends `first` and follows at most `redirects` redirects; with 0 a redirect is an answer like any other. */
export async function exchange(
  agent: Agent,
  guard: Guard,
  first: Hop,
  options: { readonly redirects: number; readonly signal: AbortSignal },
): Promise<Answer> {
  let hop = first
  for (let left = options.redirects; ; left--) {
    const answer = await send(agent, guard, hop, options.signal)
    const location = redirectStatuses.has(answer.status) ? answer.headers['location'] : undefined
    if (location === undefined || options.redirects === 0) return answer
    await discard(answer)
    if (left === 0) {
      throw new LibError(
        'http.redirects',
        `${redactUrl(first.url.href)} redirected more than ${options.redirects} times`,
      )
    }
    hop = nextHop(hop, answer.status, parseUrl(location, hop.url))
  }
}

async function send(agent: Agent, guard: Guard, hop: Hop, signal: AbortSignal): Promise<Answer> {
  const { url, method, body } = hop
  guard.check(url)
  const {
    statusCode,
    headers,
    body: answer,
  } = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: withCredentials(hop),
    body,
    signal,
  })
  return { status: statusCode, headers: flat(headers), body: answer, url }
}

/** Reads the body away so that the connection can be used again; a large or endless one is cut off. */
export async function discard(answer: Answer): Promise<void> {
  // A body that fails while nobody wants it is no news.
  await answer.body.dump({ limit: 65_536 }).catch(() => undefined)
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** RFC 9110, 15.4: what is sent to where a redirect points. Secrets stay with the origin they were meant for. */
export function nextHop(hop: Hop, status: number, url: URL): Hop {
  const asGet = (status === 303 && hop.method !== 'HEAD') || (status < 303 && hop.method === 'POST')
  const stranger = url.origin !== hop.url.origin
  const kept = Object.entries(hop.headers).filter(([name]) => {
    const plain = name.toLowerCase()
    if (asGet && (plain.startsWith('content-') || plain === 'transfer-encoding')) return false
    return !stranger || !(plain === 'host' || isSecretName(plain))
  })
  const headers = Object.fromEntries(kept)
  return asGet ? { method: 'GET', url, headers, body: null } : { method: hop.method, url, headers, body: hop.body }
}

/** `https://user:password@host` means Basic authentication, unless the caller authenticates otherwise. */
function withCredentials({ url, headers }: Hop): Headers {
  if (url.username === '' && url.password === '') return headers
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return headers
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { ...headers, authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function flat(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Headers {
  const flattened: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flattened[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flattened
}
