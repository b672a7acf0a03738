/** Vobiz's signatures V2 and V3: address without its query, and a nonce; never the body. */
import { createHmac } from 'node:crypto'

export interface Signatures {
  readonly v2: string
  readonly v3: string
}

export function signaturesOf(token: string, address: string, nonce: string): Signatures {
  const url = new URL(address)
  const base = `${url.protocol}//${url.host}${url.pathname}`
  const made = (text: string) => createHmac('sha256', token).update(text).digest('base64')
  return { v2: made(base + nonce), v3: made(`${base}.${nonce}`) }
}
