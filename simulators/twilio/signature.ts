/** `X-Twilio-Signature`, made the way Twilio makes it (docs/usage/webhooks/webhooks-security). */
import { createHmac } from 'node:crypto'

/** Form fields in the order they are sent; a name may come several times. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** HMAC-SHA1 over the URL and, for a form POST, every name with its value: sorted, repeated values once, no separators. */
export function signatureOf(authToken: string, url: string, fields: Fields = []): string {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of fields) values.set(name, (values.get(name) ?? new Set()).add(value))
  const text = [...values.keys()]
    .toSorted(byCode)
    .map((name) => [...values.get(name)!].toSorted(byCode).map((value) => name + value))
    .flat()
    .join('')
  return createHmac('sha1', authToken)
    .update(url + text, 'utf8')
    .digest('base64')
}

/** Plain code order: the same on every machine, whatever its language. */
function byCode(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
