/** One request to a vendor: the body of the first good answer, or an error that says what to do. */
import { backoff } from '../../lib/backoff.ts'
import { retryAfter } from '../../lib/http/retry.ts'
import { parseJson } from '../../lib/json.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { PartHost } from '../../spec/speech.ts'
import { refusalOf, refused, type Vendor } from './refusal.ts'

export interface Question {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly signal: AbortSignal
}

export interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
}

/** A caller waits: after this many attempts, and longer waits than this, the apology comes sooner than the answer. */
const attempts = 3
const longestWait = 3_000
/** To the first byte, ms. */
const timeout = 12_000

/** Rejects with `vendor.*` or `settings.invalid`, or with the signal's reason. */
export async function ask(host: PartHost, vendor: Vendor, question: Question): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const response = await host.stream({ method: 'POST', timeout, ...question }).catch(asVendor)
    if (response.status < 300) return { headers: response.headers, body: fromVendor(response.body) }
    const error = refused(vendor, refusalOf(response.status, await beginning(response.body)))
    if (!isBusy(response.status) || !error.retry || attempt === attempts) throw error
    const asked = retryAfter(response.headers['retry-after'], host.clock.now())
    if (asked !== undefined && asked > longestWait) throw error
    await host.clock.sleep(asked ?? backoff(attempt, host.ids, { base: 500, max: longestWait }), question.signal)
  }
}

/** 529: overloaded, in the words of one vendor. */
function isBusy(status: number): boolean {
  return status === 429 || status === 503 || status === 529
}

/** The engine's HTTP knows carriers; here the other side is a vendor. */
function asVendor(error: unknown): never {
  if (!(error instanceof OffhookError)) throw error
  if (error.code === 'carrier.timeout') throw new OffhookError('vendor.timeout', error.message, { cause: error })
  if (error.code === 'carrier.failed') throw new OffhookError('vendor.failed', error.message, { cause: error })
  throw error
}

/** What breaks off in the middle is the vendor's too. */
async function* fromVendor(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    asVendor(error)
  }
}

const enough = 4096

/** What an error body says, if it says something. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= enough) break
  }
  try {
    return parseJson(Buffer.concat(chunks))
  } catch {
    // A page of some proxy, not the vendor's words.
    return undefined
  }
}
