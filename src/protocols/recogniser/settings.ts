/** Settings that recognisers behind a vendor's socket share. */
import { z } from 'zod'
import { field } from '../../spec/provider.ts'

export function keyField(env: string, where: string) {
  return field(z.string().trim().min(1).max(500), { title: 'API key', description: where, secret: true, env })
}

/** Where the vendor's socket is. */
export function addressField(usual: string, examples: readonly string[] = []) {
  const type = z.url({ protocol: /^wss?$/ }).transform((url) => url.replace(/\/+$/, ''))
  return field(type.default(usual), {
    title: 'Base address',
    description: 'Another region, or a server of your own.',
    group: 'Address',
    ...(examples.length > 0 && { examples }),
  })
}

export const rateField = field(z.union([z.literal(8000), z.literal(16_000)]).default(8000), {
  title: 'Sampling rate, Hz',
  description: '8000 is all that a telephone carries; 16000 for calls from browsers and HD lines.',
  group: 'Sound',
})

/** For vendors that can do either. */
export const turnsField = field(z.enum(['engine', 'vendor']).default('engine'), {
  title: 'Who ends a turn',
  description: 'engine: Offhook hears when the caller is done. vendor: the recogniser does.',
  group: 'Turns',
})

/** A tag such as `en` or `pt-BR`. */
export function languageField(usual: string, description?: string) {
  return field(
    z
      .string()
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8})*$/, 'is a tag such as en or pt-BR')
      .default(usual),
    {
      title: 'Language',
      ...(description && { description }),
    },
  )
}

/** Names and words of the trade that callers will say. */
export function termsField(most: number) {
  return field(z.array(z.string().trim().min(1).max(200)).max(most).default([]), {
    title: 'Words to expect',
    description: 'Names and terms that callers will say.',
  })
}

/** The address with its query; what is undefined is left out, lists repeat their name. */
export function withQuery(
  address: string,
  query: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) search.append(name, String(one))
  }
  return `${address}?${search}`
}
