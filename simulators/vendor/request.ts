/** Requests to a simulated vendor, and its answers. */
import type { IncomingMessage } from 'node:http'

export interface VendorRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** WebSocket subprotocols that the client offers. */
  readonly protocols: readonly string[]
  /** Empty for an upgrade. */
  readonly body: Uint8Array
  /** Aborted when the client goes away before the answer is through. */
  readonly signal: AbortSignal
}

export interface VendorReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Streamed piece by piece where it is a sequence; a stream that throws breaks the connection. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

export function vendorRequest(request: IncomingMessage, body: Uint8Array, signal: AbortSignal): VendorRequest {
  const url = new URL(request.url ?? '/', 'http://simulator')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]))
  const offered = headers['sec-websocket-protocol']?.split(',') ?? []
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    protocols: offered.map((protocol) => protocol.trim()),
    body,
    signal,
  }
}

/** The token of `Authorization: {scheme} …`; undefined when it is of another scheme. */
export function authorization(request: VendorRequest, scheme: string): string | undefined {
  const header = request.headers['authorization'] ?? ''
  const prefix = `${scheme} `
  return header.toLowerCase().startsWith(prefix.toLowerCase()) ? header.slice(prefix.length) : undefined
}

/** A body as server-sent events: one message per object, with its `type` as the event's name when `named`. */
export async function* serverSent(
  events: AsyncIterable<object | string>,
  name?: (event: object) => string,
): AsyncGenerator<string> {
  for await (const event of events) {
    if (typeof event === 'string') yield `data: ${event}\n\n`
    else yield `${name ? `event: ${name(event)}\n` : ''}data: ${JSON.stringify(event)}\n\n`
  }
}
