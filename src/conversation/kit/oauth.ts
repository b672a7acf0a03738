/** Tokens for a user's server by OAuth's client credentials (RFC 6749, 4.4): asked for when needed, and anew before they end or when one is refused. */

export interface Credentials {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** '' for what the server gives by itself. */
  readonly scope: string
}

type Fetch = typeof globalThis.fetch

interface Token {
  readonly text: string
  /** Wall time, ms. */
  readonly until: number
}

/** A token is not used in its last moments, ms. */
const margin = 30_000
/** Where the server does not say how long it lasts, ms. */
const usual = 300_000

/** `fetch` that brings a token along. `now`: wall time, ms. Rejects where no token is given, without a word of the secret. */
export function authorized(fetch: Fetch, credentials: Credentials, now: () => number): Fetch {
  let held: Promise<Token> | undefined
  const renew = (): Promise<Token> => {
    const asked = askToken(fetch, credentials, now)
    held = asked
    // The next request may have more luck.
    asked.catch(() => held === asked && (held = undefined))
    return asked
  }
  /** Of those who want another at the same time the first asks for all. */
  const other = (than: Promise<Token>) => (held === than || !held ? renew() : held)
  const send = (input: Parameters<Fetch>[0], init: RequestInit | undefined, { text }: Token) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${text}`)
    return fetch(input, { ...init, headers })
  }
  return async (input, init) => {
    let asked = held ?? renew()
    if ((await asked).until <= now()) asked = other(asked)
    const answer = await send(input, init, await asked)
    if (answer.status !== 401) return answer
    await answer.body?.cancel()
    return send(input, init, await other(asked))
  }
}

async function askToken(fetch: Fetch, credentials: Credentials, now: () => number): Promise<Token> {
  const { tokenUrl, clientId, clientSecret, scope } = credentials
  // Both are encoded as in a form before they are joined (RFC 6749, 2.3.1).
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
  })
  const text = await answer.text()
  const said = answer.ok ? readToken(text) : undefined
  if (said) return { text: said.token, until: now() + Math.max(0, said.lasts - margin) }
  const { origin } = new URL(tokenUrl)
  const what = answer.ok ? 'gave no bearer token' : `answered ${answer.status}${reasonOf(text)}`
  throw new Error(`the token server at ${origin} ${what}: check the client's id, its secret and the scope`)
}

function readToken(text: string): { readonly token: string; readonly lasts: number } | undefined {
  const { access_token: token, token_type: type, expires_in: seconds } = fieldsOf(text)
  if (typeof token !== 'string' || token === '') return undefined
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') return undefined
  const lasts = Number(seconds) * 1000
  // Shorter ones than the margin are used once.
  return { token, lasts: lasts > 0 ? lasts : usual }
}

/** `invalid_client` and the like (RFC 6749, 5.2). */
function reasonOf(text: string): string {
  const { error } = fieldsOf(text)
  return typeof error === 'string' && /^\w{1,60}$/.test(error) ? ` (${error})` : ''
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown> // members are looked at one by one
  } catch {
    return {} // no JSON has no members
  }
}
