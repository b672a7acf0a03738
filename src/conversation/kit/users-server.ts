/** Asks a user's server something during a call: signed, bounded, and with secrets kept out of what is told. */
import { redactSecrets } from '../../lib/redact.ts'
import { signDelivery } from '../../protocols/webhook/sign.ts'
import type { HttpRequest, HttpResponse } from '../../spec/http.ts'

export interface UsersServer {
  readonly request: (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>
  /** Wall time, ms. */
  readonly now: () => number
  /** `whsec_…`; '' for unsigned. */
  readonly secret: string
  readonly signal: AbortSignal
}

export interface Question {
  readonly method: HttpRequest['method']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Names what is asked, the same in every attempt. */
  readonly id: string
  /** '' for none. */
  readonly body: string
  readonly timeout: number
  readonly repeatable: boolean
}

export type Answered =
  | { readonly ok: true; readonly value: unknown }
  /** What is wrong, for a model or an operator to read. */
  | { readonly ok: false; readonly why: string }

/** Larger answers are refused: a model reads every letter of them. */
const largest = 64 * 1024
/** So much of an unwelcome answer is shown. */
const shown = 500

/** Never rejects. JSON is given as its value, any other text as it is, nothing at all as `undefined`. */
export async function askServer(server: UsersServer, question: Question): Promise<Answered> {
  const { url, method, timeout, repeatable, body } = question
  const secrets = [server.secret, ...Object.values(question.headers).flatMap(keysIn)]
  try {
    const request = { method, url, headers: headersOf(server, question), timeout, repeatable }
    const response = await server.request(body === '' ? request : { ...request, body }, server.signal)
    return redactSecrets(answered(response), secrets)
  } catch (error) {
    return { ok: false, why: redactSecrets(error instanceof Error ? error.message : String(error), secrets) }
  }
}

/** The user's own headers give way to what makes the request ours. */
function headersOf({ secret, now }: UsersServer, { id, body, headers }: Question): Readonly<Record<string, string>> {
  const ours: Record<string, string> = {
    accept: 'application/json, text/plain;q=0.5',
    'user-agent': 'Offhook',
    'webhook-id': id,
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...(secret === '' ? {} : signDelivery(id, body, secret, now())),
  }
  const theirs = Object.entries(headers).filter(([name]) => !(name.toLowerCase() in ours))
  return { ...Object.fromEntries(theirs), ...ours }
}

/** After the scheme: `Bearer …`. */
function keysIn(value: string): readonly string[] {
  return [value, value.split(' ').at(-1) ?? '']
}

function answered({ status, headers, body }: HttpResponse): Answered {
  if (body.length > largest)
    return { ok: false, why: `its answer of ${body.length} bytes is too long (most: ${largest})` }
  const text = Buffer.from(body).toString().trim()
  if (status < 200 || status > 299) {
    const said = text === '' ? '' : `: ${text.slice(0, shown)}`
    return { ok: false, why: `the server answered ${status}${said}` }
  }
  if (text === '') return { ok: true, value: undefined }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    // Other text is an answer too, unless it was to be JSON.
    if (!/json/i.test(headers['content-type'] ?? '')) return { ok: true, value: text }
    return { ok: false, why: 'its answer is broken: it says that it is JSON, and is not' }
  }
}
