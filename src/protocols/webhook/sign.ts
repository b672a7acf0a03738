/** How what we send to users' servers is signed (Standard Webhooks, v1): HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac } from 'node:crypto'

export interface Signed {
  readonly 'webhook-id': string
  /** Seconds since 1970: receivers refuse what is older than some minutes. */
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** `secret` as it was shown: `whsec_` and the key in base64url. */
export function signDelivery(id: string, body: string, secret: string, now: number): Signed {
  const seconds = String(Math.floor(now / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64url')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` }
}
