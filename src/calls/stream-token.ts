/** Tokens of stream addresses: whoever's own markup or flow sends a stream here hands one over, and its call begins with the stream. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { linesOf } from '../spec/lines.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'

const prefix = 'ohs_'
/** base64url of 32 bytes. */
const macLength = 43

export interface StreamGrant {
  /** The connection that the stream must belong to. */
  readonly connection: string
  /** Who answers: an agent's id, or that of a number whose agent does. */
  readonly answers: string
  /** ms since 1970. Absent: until the connection's secret changes. */
  readonly until?: number
}

export function streamToken(secret: string, { connection, answers, until }: StreamGrant): string {
  const body = Buffer.from([connection, answers, until === undefined ? '' : String(until)].join('\n'))
  const text = prefix + body.toString('base64url')
  return text + macOf(secret, text)
}

/** Is it meant to be one? Says nothing of its being good. */
export function isStreamToken(token: string): boolean {
  return token.startsWith(prefix)
}

export interface Granted extends StreamGrant {
  readonly record: Connection
}

/** What a token grants; or why nothing, in words that tell a stranger nothing of what there is. */
export async function readStreamToken(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  token: string,
): Promise<Granted | 'unknown' | 'expired'> {
  const text = token.slice(0, -macLength)
  const [connection = '', answers = '', until = ''] = Buffer.from(text.slice(prefix.length), 'base64url')
    .toString()
    .split('\n')
  if (!isStreamToken(token) || !connection || !answers) return 'unknown'
  const record = await store.connections.find(connection)
  const { streamSecret } = record ? linesOf(record.settings) : {}
  if (!record || !streamSecret || !same(token.slice(-macLength), macOf(streamSecret, text))) return 'unknown'
  if (until === '') return { connection, answers, record }
  return Number(until) > clock.now() ? { connection, answers, until: Number(until), record } : 'expired'
}

function macOf(secret: string, text: string): string {
  return createHmac('sha256', secret).update(`offhook stream ${text}`).digest('base64url')
}

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}
