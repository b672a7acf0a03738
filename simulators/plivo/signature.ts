/** Plivo's signature V3 (docs: voice/concepts/signature-validation, and the SDKs where the prose differs). */
import { createHmac } from 'node:crypto'

/** What is signed: address with its parameters sorted, form fields sorted and glued, the nonce. */
export function baseString(
  method: string,
  address: string,
  fields: ReadonlyMap<string, string>,
  nonce: string,
): string {
  const url = new URL(address)
  const port = url.port ? `:${url.port}` : ''
  const base = `${url.protocol}//${url.hostname}${port}${url.pathname}`
  const query = [...url.searchParams].map(([name, value]) => [name, value] as const).toSorted(byCode)
  const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
  const glued = [...fields]
    .toSorted(byCode)
    .map(([name, value]) => name + value)
    .join('')
  if (method === 'GET' || !glued) return `${base}${asked && `?${asked}`}.${nonce}`
  // With fields the question mark stands there even when there is no query.
  return `${base}?${asked}${asked && '.'}${glued}.${nonce}`
}

export function signatureV3(token: string, text: string): string {
  return createHmac('sha256', token).update(text).digest('base64')
}

/** Name, then value, by their codes. */
function byCode(left: readonly [string, string], right: readonly [string, string]): number {
  for (const at of [0, 1] as const) {
    if (left[at] < right[at]) return -1
    if (left[at] > right[at]) return 1
  }
  return 0
}
