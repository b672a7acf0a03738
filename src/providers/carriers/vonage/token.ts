/** JSON Web Tokens: ours, RS256 with the application's key; Vonage's, HS256 with the account's secret. */
import { createHmac, createPrivateKey, sign, timingSafeEqual } from 'node:crypto'
import { parseFields, type Fields } from '../../../protocols/json-media/fields.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now } from '../../../spec/http.ts'
import type { Settings } from './settings.ts'

/** Good for a quarter of an hour, as the SDK's are. */
const life = 900

/** `Authorization` of a request to the voice API. Throws `settings.invalid` when the key cannot be read. */
export function bearer({ applicationId, privateKey }: Settings, now: Now): string {
  const iat = Math.floor(now.time / 1_000)
  const claims = { application_id: applicationId, iat, exp: iat + life, jti: now.id('jti') }
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
  return `Bearer ${text}.${signature(text, privateKey)}`
}

function signature(text: string, pem: string): string {
  try {
    // Keys in environment variables have their line ends written out.
    const key = createPrivateKey(pem.replaceAll(String.raw`\n`, '\n'))
    return sign('sha256', Buffer.from(text), key).toString('base64url')
  } catch (cause) {
    // The reason may quote the key: it is not passed on.
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new OffhookError(
      'settings.invalid',
      `The private key of the Vonage application cannot be used (${why}): paste its PEM file whole`,
    )
  }
}

/** The claims of a token, believed by nobody yet. */
export function claimsIn(token: string): Fields {
  return part(token, 1)
}

/** The claims, if one of the secrets signed them with HS256. Any other algorithm is refused, whatever its signature. */
export function verified(token: string, secrets: readonly string[]): Fields | undefined {
  const [header = '', payload = '', given = '', ...more] = token.split('.')
  if (more.length > 0 || part(token, 0)['alg'] !== 'HS256') return undefined
  const bytes = Buffer.from(given, 'base64url')
  const genuine = secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest()
    return expected.length === bytes.length && timingSafeEqual(expected, bytes)
  })
  return genuine ? part(token, 1) : undefined
}

function part(token: string, index: number): Fields {
  return parseFields(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) ?? {}
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
