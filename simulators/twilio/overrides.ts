/** Connection overrides in a webhook URL's fragment, `#ct=2000&rc=2&rp=all` (docs/usage/webhooks/webhooks-connection-overrides). */

export type RetryReason = 'ct' | 'rt' | '4xx' | '5xx'

export interface Overrides {
  /** The URL as requested and signed: without the fragment. */
  readonly url: string
  readonly limits: { readonly connect: number; readonly read: number; readonly total: number }
  readonly retries: number
  readonly policy: ReadonlySet<RetryReason>
}

/** Refused with a sentence when a value is out of Twilio's range. */
export function overridesOf(address: string): Overrides | { readonly wrong: string } {
  const at = address.indexOf('#')
  const url = at < 0 ? address : address.slice(0, at)
  const fields = new URLSearchParams(at < 0 ? '' : address.slice(at + 1))
  const connect = number(fields, 'ct', 100, 10_000, 5000)
  const read = number(fields, 'rt', 100, 15_000, 15_000)
  const total = number(fields, 'tt', 100, 15_000, 15_000)
  const retries = number(fields, 'rc', 0, 5, 1)
  for (const value of [connect, read, total, retries]) if (typeof value === 'string') return { wrong: value }
  const policy = policyOf(fields.get('rp') ?? 'ct')
  if (!policy) return { wrong: `rp=${fields.get('rp')} is none of ct, rt, 4xx, 5xx, all` }
  return {
    url,
    limits: { connect: Number(connect), read: Number(read), total: Number(total) },
    retries: Number(retries),
    policy,
  }
}

function number(fields: URLSearchParams, name: string, min: number, max: number, usual: number): number | string {
  const text = fields.get(name)
  if (text === null) return usual
  const value = Number(text)
  return Number.isInteger(value) && value >= min && value <= max ? value : `${name}=${text} is not within ${min}–${max}`
}

const reasons = ['ct', 'rt', '4xx', '5xx'] as const

function policyOf(text: string): ReadonlySet<RetryReason> | undefined {
  const policy = new Set<RetryReason>()
  for (const word of text.split(',')) {
    if (word === 'all') return new Set(reasons)
    const reason = reasons.find((known) => known === word)
    if (!reason) return undefined
    policy.add(reason)
  }
  return policy
}
