/** One spelling per number: what people and carriers write, as E.164, SIP URI, client name or extension. */
import { callingCodeOf, countryOf, lengthOf } from './countries.ts'

/** An address a call can go to. `value` is the spelling to compare and dial; whoever shows numbers keeps the original. */
export type DialAddress =
  /** Plus and 7–15 digits. */
  | { readonly type: 'number'; readonly value: string }
  /** `sip:` or `sips:`; scheme and host in lower case, the user part as it was (RFC 3261 §19.1.4). */
  | { readonly type: 'sip'; readonly value: string }
  /** `client:name`, an app registered at the carrier. */
  | { readonly type: 'client'; readonly value: string }
  /** Up to six bare digits, meaningful only inside somebody's exchange. */
  | { readonly type: 'extension'; readonly value: string }

export type NumberFault =
  | 'empty'
  | 'letters'
  | 'country-unknown'
  | 'country-missing'
  | 'code-unknown'
  | 'too-short'
  | 'too-long'
  | 'uri'

/** Why a text is no address: `why` for machines, `message` for people (says what to write instead). */
export interface Invalid {
  readonly type: 'invalid'
  readonly why: NumberFault
  readonly message: string
}

export interface NormaliseOptions {
  /** ISO 3166 code of where a number without plus was written. Never applied to an explicit plus. */
  readonly country?: string
  /** For carriers that leave the plus out: digits without a hint are international. Ignored when `country` is given. */
  readonly plusOmitted?: boolean
}

/** Never throws; never guesses: a national number without a country is `country-missing`. */
export function normaliseNumber(text: string, options: NormaliseOptions = {}): DialAddress | Invalid {
  // NFKC folds full-width digits and plus; direction and zero-width marks come along when numbers are pasted
  const written = text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .trim()
  if (written === '')
    return invalid('empty', 'The number is empty: write it with plus and country code, e.g. +14155550100.')
  const bare = /^<([^<>]*)>$/.exec(written)?.[1] ?? written
  if (/^sips?:/i.test(bare)) return sip(bare)
  if (/^client:/i.test(bare)) return client(bare)
  return digitsOf(bare.replace(/^tel:/i, '').replace(/;.*$/s, ''), options, text)
}

function digitsOf(written: string, options: NormaliseOptions, original: string): DialAddress | Invalid {
  // "+44 (0)20…": the bracketed zero is the trunk prefix, written for readers at home
  const compact = written.replace(/^(\s*\+[\d\s]+)\(0\)/, '$1').replace(/[\s().\-/\u2010-\u2015\u2212]/g, '')
  const [, plus, digits] = /^(\+?)(\d+)$/.exec(compact) ?? []
  if (digits === undefined)
    return invalid(
      'letters',
      `"${original}" is not a phone number: only digits, one leading plus, spaces and - . ( ) / are.`,
    )
  if (plus) return international(digits, original)
  if (digits.length <= 6) return { type: 'extension', value: digits }
  if (options.country !== undefined) return national(digits, options.country, original)
  if (digits.startsWith('00')) return international(digits.slice(2), original)
  if (options.plusOmitted) return international(digits, original)
  return invalid(
    'country-missing',
    `"${original}" has no country code: write it with a plus (+14155550100), or say which country it is from.`,
  )
}

function national(digits: string, iso: string, original: string): DialAddress | Invalid {
  const country = countryOf(iso)
  if (!country) return invalid('country-unknown', `"${iso}" is not a two-letter country code such as US or IN.`)
  if (digits.startsWith(country.exit)) return international(digits.slice(country.exit.length), original)
  // where 00 is not the way out it is no national number either
  if (digits.startsWith('00')) return international(digits.slice(2), original)
  const own = country.trunk !== '' && digits.startsWith(country.trunk) ? digits.slice(country.trunk.length) : digits
  const fault = lengthFault(own, country.length, `"${original}" as a number of ${iso.toUpperCase()}`)
  return fault ?? { type: 'number', value: `+${country.code}${own}` }
}

function international(digits: string, original: string): DialAddress | Invalid {
  const code = callingCodeOf(digits)
  if (code === undefined)
    return invalid('code-unknown', `"${original}" begins with no country code: after the plus comes e.g. 1, 44 or 91.`)
  const fault = lengthFault(digits.slice(code.length), lengthOf(code), `"${original}" with country code ${code}`)
  return fault ?? { type: 'number', value: `+${digits}` }
}

function lengthFault(
  digits: string,
  [shortest, longest]: readonly [number, number],
  what: string,
): Invalid | undefined {
  const expected = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`
  const message = `${what} has ${digits.length} digits after the code, expected ${expected}.`
  if (digits.length < shortest) return invalid('too-short', message)
  if (digits.length > longest) return invalid('too-long', message)
  return undefined
}

function sip(written: string): DialAddress | Invalid {
  // scheme : user @ host (name, IPv4 or [IPv6]) : port ; parameters ? headers
  const parts = /^(sips?):(?:([^\s@<>"\p{Cc}]+)@)?(\[[\da-f:.]+\]|[a-z\d.-]+)(:\d{1,5})?([;?][^\s<>"\p{Cc}]*)?$/iu.exec(
    written,
  )
  if (!parts) return invalid('uri', `"${written}" is not a SIP URI such as sip:desk@example.com.`)
  const [, scheme = '', user, host = '', port = '', rest = ''] = parts
  const who = user === undefined ? '' : `${user}@`
  return { type: 'sip', value: `${scheme.toLowerCase()}:${who}${host.toLowerCase()}${port}${rest}` }
}

function client(written: string): DialAddress | Invalid {
  const name = written.slice('client:'.length)
  if (!/^[^\s<>"\p{Cc}]+$/u.test(name))
    return invalid('uri', `"${written}" names no client: write client:name without spaces.`)
  return { type: 'client', value: `client:${name}` }
}

function invalid(why: NumberFault, message: string): Invalid {
  return { type: 'invalid', why, message }
}
