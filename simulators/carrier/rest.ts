/** A simulated REST API: notes what passes, applies the faults, and hands the rest to the carrier's routes. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { restFault } from './faults.ts'
import { note, type World } from './world.ts'

export interface RestRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface RestReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface Routed extends RestRequest {
  readonly pathname: string
  readonly query: URLSearchParams
}

export interface RestApi {
  route(request: Routed): RestReply | Promise<RestReply>
  /** A refusal with this status in the carrier's own words: 429 is its rate limit, 5xx its bad day. */
  refuse(status: number): RestReply
  /** The body without the secrets it may hold. */
  shown?(body: string): string
}

/** The answer, or undefined when a fault swallows it: close the connection then. */
export async function answerRest(world: World, request: RestRequest, api: RestApi): Promise<RestReply | undefined> {
  const { pathname, searchParams } = new URL(request.path, 'http://simulator')
  const body = request.body ? `\n${api.shown?.(request.body) ?? request.body}` : ''
  note(world, { from: 'gateway', kind: 'rest', text: `${request.method} ${request.path}${body}` })
  const fault = restFault(world.faults, request.method, pathname)
  if (fault?.type === 'rate-limit') return noted(world, api.refuse(429))
  if (fault?.type === 'error' && !fault.done) return noted(world, api.refuse(fault.status))
  if (fault?.type === 'slow') await world.clock.sleep(fault.ms, world.scope.signal)
  const done = await api.route({ ...request, pathname, query: searchParams })
  const reply = noted(world, fault?.type === 'error' ? api.refuse(fault.status) : done)
  if (fault?.type !== 'no-response') return reply
  if (fault.holdMs) await world.clock.sleep(fault.holdMs, world.scope.signal)
  return undefined
}

function noted(world: World, reply: RestReply): RestReply {
  const body = typeof reply.body === 'string' && reply.body ? `\n${reply.body}` : ''
  note(world, { from: 'carrier', kind: 'rest', text: `${reply.status}${body}` })
  return reply
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RestReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

export function empty(status: number): RestReply {
  return { status, headers: {}, body: '' }
}

/** User and password of a Basic header; empty ones when there is none. */
export function basicOf(header: string | undefined): { readonly user: string; readonly password: string } {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? []
  const [user = '', ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString()
    .split(':')
  return { user, password: rest.join(':') }
}

/** Compares secrets in constant time, of whatever length. */
export function same(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

/** Of equal length whatever is compared. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The body as a JSON object; undefined when it is none. An empty body is an empty object. */
export function jsonBody(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!body) return {}
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined // what the parser says would quote the body
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
