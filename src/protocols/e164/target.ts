/** Where a call may be sent: a full number or a SIP address; anything else is refused by name. */
import { OffhookError } from '../../spec/errors.ts'
import { normaliseNumber, type DialAddress } from './normalise.ts'

/** The address to dial. Throws `number.invalid`. */
export function dialTarget(written: string): DialAddress & { readonly type: 'number' | 'sip' } {
  const to = normaliseNumber(written)
  if (to.type === 'number' || to.type === 'sip') return to
  const why =
    to.type === 'invalid' ? to.message : `"${written.slice(0, 60)}" is no full number with plus, and no SIP address.`
  throw new OffhookError('number.invalid', why)
}

/** The number with plus. Throws `number.invalid`. */
export function fullNumber(written: string): string {
  const number = normaliseNumber(written)
  if (number.type === 'number') return number.value
  throw new OffhookError(
    'number.invalid',
    number.type === 'invalid' ? number.message : `"${written.slice(0, 60)}" is not a phone number.`,
  )
}

/** As carriers write it that leave the plus out. */
export function withPlus(digits: string): string {
  const number = normaliseNumber(digits, { plusOmitted: true })
  return number.type === 'number' ? number.value : digits
}
