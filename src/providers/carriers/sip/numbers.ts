/** Numbers as peers write them, and as the house does: E.164 with plus inside, the trunk's way outside. */
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { formatNameAddr, parseNameAddr } from '../../../protocols/sip/message/name-addr.ts'
import { formatUri, parseUri, type Uri } from '../../../protocols/sip/message/uri.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

type Writing = Pick<Settings, 'numbers' | 'country'>

/** Whom a URI names: a number with plus where it can be one, else the user part as it is. */
export function numberIn(uri: Uri | undefined, { country }: Writing): string {
  const written = userOf(uri)
  if (written === '' || /^anonymous$/i.test(written)) return 'anonymous'
  // Short ones are extensions of somebody's exchange.
  if (!/^[+\d][\d\s().-]{6,}$/.test(written)) return written
  const read = normaliseNumber(written, country === undefined ? { plusOmitted: true } : { country })
  if (read.type === 'number') return read.value
  const international = normaliseNumber(written, { plusOmitted: true })
  return international.type === 'number' ? international.value : written
}

function userOf(uri: Uri | undefined): string {
  if (uri === undefined || uri.scheme === 'other') return ''
  // Parameters of a number in the user part (RFC 3261 §19.1.6), such as `;phone-context=`, are not of it.
  return uri.scheme === 'tel' ? uri.number : (uri.user ?? '').replace(/;.*$/s, '')
}

/** A number, an extension or a URI as this trunk's Request-URI. Throws `number.invalid`. */
export function targetOf(to: string, host: string, { numbers }: Writing): string {
  if (/^(?:sips?|tel):/i.test(to)) {
    const uri = parseUri(to)
    if (!uri || uri.scheme === 'other')
      throw new OffhookError('number.invalid', `"${to.slice(0, 80)}" is no SIP address`)
    return uri.scheme === 'tel'
      ? targetOf(uri.number.replaceAll(/[^+\d*#]/g, ''), host, { numbers, country: undefined })
      : formatUri(uri)
  }
  if (!/^[\w.+*#-]{1,64}$/.test(to))
    throw new OffhookError('number.invalid', `"${to.slice(0, 80)}" is no number, no extension and no SIP address`)
  return addressOf(written(to, numbers), host)
}

/** What may stand in front of the @ as it is. */
function addressOf(user: string, host: string): string {
  const uri = parseUri(`sip:${host}`)
  if (uri?.scheme !== 'sip') throw new OffhookError('settings.invalid', `"${host}" is no host of a SIP address`)
  return formatUri({ ...uri, user })
}

function written(number: string, numbers: Settings['numbers']): string {
  return numbers === 'digits' ? number.replace(/^\+(?=\d)/, '') : number
}

/** From of a call that goes out. */
export function callerOf(from: string, domain: string, { numbers }: Writing): string {
  if (from === 'anonymous')
    return formatNameAddr({ display: 'Anonymous', uri: 'sip:anonymous@anonymous.invalid', params: [] })
  const own = /^sips?:/i.test(from) ? from : addressOf(written(from, numbers), domain)
  return formatNameAddr({ uri: own, params: [] })
}

/** The URI in a header such as From, and the name before it. */
export function addressIn(header: string | undefined): { readonly uri: Uri; readonly display?: string } | undefined {
  const address = header === undefined ? undefined : parseNameAddr(header)
  const uri = address && parseUri(address.uri)
  return uri ? { uri, ...(address.display ? { display: address.display } : {}) } : undefined
}
