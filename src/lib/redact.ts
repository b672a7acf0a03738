/** Keeps secrets and, where asked, phone numbers out of logs, errors and recordings. */

const redacted = '[redacted]'

const secretPart =
  /authorization|cookie|token|secret|passw|passphrase|apikey|privatekey|accesskey|signingkey|credential|signature/
const secretWhole = new Set(['auth', 'pwd', 'jwt', 'sig', 'pin'])
const phoneName = /^(?:from|to|number|caller|callee|phone|phonenumber|callerid|destination)$/

/** Whether a field, header or query parameter of this name holds a secret. Spelling (`api-key`, `apiKey`) is ignored. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return secretWhole.has(plain) || secretPart.test(plain)
}

/** `+15550100001` → `+1555•••0001`. Extensions and short codes stay; other text is no phone number and stays too. */
export function phone(number: string): string {
  if (!/^\+?[\d\s().-]{7,24}$/.test(number)) return number
  const digits = number.replace(/[^\d+]/g, '')
  return digits.length < 8 ? number : `${digits.slice(0, digits.startsWith('+') ? 5 : 4)}•••${digits.slice(-4)}`
}

/** Hides userinfo, media tokens in the path and secret parameters; the rest stays letter for letter. Takes bare paths too. */
export function redactUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, `$1${redacted}@`)
    .replace(/(\/media\/)[^/?#\s]+/g, `$1${redacted}`)
    .replace(/([?&;#])([^=&;#?]+)=([^&;#]*)/g, (all, mark: string, name: string) =>
      name === 'key' || isSecretName(decode(name)) ? `${mark}${name}=${redacted}` : all,
    )
}

/** Hides what looks like a secret inside prose: URLs, media paths, bearer and basic credentials, vendor keys. */
export function redactText(text: string): string {
  // Schemes are short: without a bound, a long run of letters would be gone through once for each of them.
  return text
    .replace(/[a-z][a-z\d+.-]{0,30}:\/\/[^\s"'<>]+/gi, redactUrl)
    .replace(/(\/media\/)(?!\[)[^/?#\s"']+/g, `$1${redacted}`)
    .replace(/\b([Bb]earer|BEARER|[Bb]asic|BASIC|[Tt]oken)\s+(?=[^\s"']*[\dA-Z=])[\w.~+/=-]{8,}/g, `$1 ${redacted}`)
    .replace(/\b(?:sk|pk|rk)[-_][\w-]{16,}/g, redacted)
}

/** Header values as they may be shown or recorded. */
export function redactHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    shown[name] = isSecretName(name) || carriesKey(name, value) ? redacted : redactText(String(value))
  }
  return shown
}

/** Browsers cannot set headers on sockets, so some vendors take their key as a subprotocol. */
function carriesKey(name: string, value: string | readonly string[]): boolean {
  return name.toLowerCase() === 'sec-websocket-protocol' && /token|key|bearer/i.test(String(value))
}

export interface RedactOptions {
  /** Also shorten phone numbers in fields named for them. Default false. */
  readonly phones?: boolean
}

const maxDepth = 8
const maxItems = 100
const maxText = 8192

/** A copy fit for a log line: secrets hidden by name and by look, errors spelled out, bytes counted, cycles and bulk cut. */
export function redactFields(value: unknown, options: RedactOptions = {}, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value.length > maxText ? `${value.slice(0, maxText)}…` : value)
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '<function>'
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL) return redactUrl(value.href)
  if (depth >= maxDepth) return '<deeper>'
  if (value instanceof Error) return redactError(value, options, depth)
  if (Array.isArray(value)) return redactItems(value, options, depth)
  if (value instanceof Set) return redactItems([...value], options, depth)
  return redactEntries(value instanceof Map ? value : Object.entries(value), options, depth)
}

function redactItems(items: readonly unknown[], options: RedactOptions, depth: number): unknown[] {
  const shown = items.slice(0, maxItems).map((item) => redactFields(item, options, depth + 1))
  return items.length > maxItems ? [...shown, `<${items.length - maxItems} more>`] : shown
}

function redactEntries(entries: Iterable<readonly [unknown, unknown]>, options: RedactOptions, depth: number) {
  const shown: Record<string, unknown> = {}
  for (const [key, value] of entries) {
    const name = String(key)
    // Counts such as `inputTokens: 12` are no secrets; nothing secret is a number or a boolean.
    if (isSecretName(name) && value !== undefined && value !== null && !['number', 'boolean'].includes(typeof value)) {
      shown[name] = redacted
    } else if (options.phones && typeof value === 'string' && phoneName.test(name.toLowerCase())) {
      shown[name] = phone(value)
    } else shown[name] = redactFields(value, options, depth + 1)
  }
  return shown
}

function redactError(error: Error, options: RedactOptions, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  const own = redactEntries(Object.entries(error), options, depth)
  const inner = error instanceof AggregateError ? { errors: redactItems(error.errors, options, depth) } : {}
  return {
    ...own,
    name,
    message: redactText(message),
    ...(stack ? { stack: redactText(stack) } : {}),
    ...(cause === undefined ? {} : { cause: redactFields(cause, options, depth + 1) }),
    ...inner,
  }
}

/** A function that hides each of `secrets` wherever it occurs in a text, also when written for a URL or in JSON. */
export function secretHider(secrets: Iterable<string>): (text: string) => string {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    // Shorter ones occur in ordinary words: hiding them would shred the text and still give them away.
    if (secret.length < 4) continue
    for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      spellings.add(spelling)
  }
  const longestFirst = [...spellings].toSorted((a, b) => b.length - a.length)
  if (longestFirst.length === 0) return (text) => text
  const pattern = new RegExp(longestFirst.map((spelling) => RegExp.escape(spelling)).join('|'), 'g')
  return (text) => text.replace(pattern, redacted)
}

/** A copy of `value` with every occurrence of the given secrets hidden, in keys as well as in strings. */
export function redactSecrets<T>(value: T, secrets: Iterable<string>): T {
  return hideIn(value, secretHider(secrets))
}

function hideIn<T>(value: T, hide: (text: string) => string): T
function hideIn(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map((item) => hideIn(item, hide))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [hide(key), hideIn(inner, hide)]))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name // Not percent-encoding: judged by its letters.
  }
}
