/** Vonage's tokens: HS256 on what it sends, RS256 on what it is asked (RFC 7519). */
import { createHash, createHmac, verify, type KeyObject } from 'node:crypto'
import { isRecord } from '../carrier/rest.ts'
import { uuid, type VonageWorld } from './world.ts'

/** The Authorization header of a webhook or a socket, or what the `signature` fault makes of it. `hashed`: the body, or a GET's query as JSON. */
export function bearerOf(vonage: VonageWorld, hashed: string): Readonly<Record<string, string>> {
  const { apiKey, application, signatureSecret } = vonage.account
  const fault = vonage.faults.signature
  if (fault === 'missing') return {}
  const claims = {
    iat: Math.floor(vonage.clock.now() / 1000),
    jti: uuid(vonage.ids),
    iss: 'Vonage',
    payload_hash: createHash('sha256')
      .update(fault === 'foreign' ? '{}' : hashed)
      .digest('hex'),
    api_key: apiKey,
    application_id: application.id,
  }
  const secret = fault === 'wrong' ? `${signatureSecret}0` : signatureSecret
  return { authorization: `Bearer ${signed(secret, claims)}` }
}

export function signed(secret: string, claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** Clocks may differ by so much, s. */
const skew = 60

/** Is this a token of the application, and in its time? */
export function valid(
  header: string | undefined,
  key: KeyObject,
  wanted: { readonly id: string; readonly now: number },
): boolean {
  const [head, body, signature, ...rest] = /^Bearer (\S+)$/.exec(header ?? '')?.[1]?.split('.') ?? []
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return false
  const opened = [head, body].map(read)
  const [algorithm, claims] = opened
  if (!algorithm || !claims || algorithm['alg'] !== 'RS256') return false
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return false
  const seconds = wanted.now / 1000
  const { application_id: id, iat, exp, jti } = claims
  return id === wanted.id && typeof jti === 'string' && Number(iat) <= seconds + skew && Number(exp) > seconds - skew
}

function read(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isRecord(value) ? value : undefined
  } catch {
    return undefined // not a token
  }
}
