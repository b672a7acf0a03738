/** Numbers and addresses as people type them, in one spelling. */
import { normaliseNumber } from '../protocols/e164/normalise.ts'
import { OffhookError } from '../spec/errors.ts'

/** E.164, SIP URI, `client:` name or extension. Throws `number.invalid` that names the field. */
export function address(text: string, field: string): string {
  const read = normaliseNumber(text)
  if (read.type !== 'invalid') return read.value
  throw new OffhookError('number.invalid', `"${field}" is not a number or address: ${read.message}`, {
    details: { fields: [{ field, message: read.message }] },
  })
}
