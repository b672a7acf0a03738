/** The way to a vendor's socket: the requests it wants first, the handshake, and what it means when it is refused or closed. */
import { LibError } from '../lib/failure.ts'
import { isSecretName, redactText, secretHider } from '../lib/redact.ts'
import type { Socket, SocketClose } from '../lib/socket/socket.ts'
import { type ErrorCode, OffhookError } from '../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../spec/http.ts'
import type { PartHost, SocketTarget } from '../spec/speech.ts'

/** Opens a guarded WebSocket. */
export type Connect = (target: SocketTarget & { readonly signal: AbortSignal }) => Promise<Socket>

export interface VendorDoor {
  /** For people: named in failures. */
  readonly name: string
  readonly host: PartHost
  readonly connect: Connect
  /** Hidden wherever the vendor repeats them. */
  readonly secrets?: readonly string[]
  /** Gives up. */
  readonly signal?: AbortSignal
}

/** Longest wait for everything before the socket is open, ms. */
const openTimeout = 15_000

/** Performs `operation` and connects to what it names. Rejects with an OffhookError, within fifteen seconds. */
export async function reachVendor(operation: Operation<SocketTarget>, door: VendorDoor): Promise<Socket> {
  const { name, host, connect } = door
  const late = new AbortController()
  const signal = door.signal ? AbortSignal.any([late.signal, door.signal]) : late.signal
  const timer = host.clock.timer(openTimeout, () =>
    late.abort(new OffhookError('vendor.timeout', `${name} did not open within ${openTimeout / 1000} s`)),
  )
  let secrets = door.secrets ?? []
  try {
    const target = await perform(operation, host, signal)
    secrets = [...secrets, ...secretsIn(target)]
    return await connect({ ...target, signal })
  } catch (error) {
    door.signal?.throwIfAborted()
    throw refused(name, error, secretHider(secrets))
  } finally {
    timer.cancel()
  }
}

export function nowOf({ clock, ids }: PartHost) {
  return { time: clock.now(), id: (prefix: string) => ids.id(prefix) }
}

/** What a close nobody asked for means where the vendor has no words of its own for it. */
export function closedError(
  name: string,
  { code, reason }: Pick<SocketClose, 'code' | 'reason'>,
  secrets: readonly string[] = [],
) {
  const why = reason && ` (${secretHider(secrets)(redactText(reason))})`
  return new OffhookError('vendor.failed', `${name}: the socket closed with ${code}${why}`, {
    details: { close: code },
  })
}

/** Of whatever was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof OffhookError ? error.code : 'internal'
}

/** Headers, subprotocols and parameters of the address are how keys travel. */
function secretsIn({ url, headers, protocols = [] }: SocketTarget): readonly string[] {
  const parameters = URL.canParse(url) ? [...new URL(url).searchParams] : []
  const named = [...Object.entries(headers), ...parameters].filter(([name]) => name === 'key' || isSecretName(name))
  // After the scheme: `Bearer …`.
  return [...named.flatMap(([, value]) => [value, value.split(' ').at(-1) ?? '']), ...protocols]
}

/** The engine's HTTP knows carriers; here the other side is a vendor. */
function refused(name: string, error: unknown, hide: (text: string) => string): unknown {
  if (!(error instanceof OffhookError)) return error
  const { cause } = error
  const said = cause instanceof LibError && cause.said ? ` (${hide(cause.said).slice(0, 300)})` : ''
  const [code, advice] = meaning(error.code, cause instanceof LibError ? cause.status : undefined)
  if (code === error.code) return error
  return new OffhookError(code, `${name}: ${hide(error.message)}${said}${advice}`, { cause: error })
}

function meaning(code: ErrorCode, status: number | undefined): readonly [ErrorCode, string] {
  if (code === 'carrier.timeout') return ['vendor.timeout', '']
  if (code !== 'carrier.failed') return [code, '']
  if (status === undefined || status === 408 || status >= 500) return ['vendor.failed', '']
  if (status === 401 || status === 403) return ['vendor.credentials', ': check the key and what it may use']
  if (status === 402) return ['vendor.refused', ': its credit is used up']
  if (status === 429) return ['vendor.rate-limited', ': wait, or raise the limit there']
  return ['vendor.refused', ': check the address, the model and the other settings']
}

/** Requests the vendor wants before its socket, e.g. for a signed address. */
async function perform<T>(operation: Operation<T>, host: PartHost, signal: AbortSignal): Promise<T> {
  let step = operation.next(undefined as never) // the first `next` of a generator takes no value
  while (!step.done) {
    const asked = await request(step.value, host, signal).then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    )
    step = 'response' in asked ? operation.next(asked.response) : operation.throw(asked.error)
  }
  return step.value
}

const largest = 1 << 20

async function request(request: HttpRequest, host: PartHost, signal: AbortSignal): Promise<HttpResponse> {
  const { method, url, headers, body, timeout = 10_000 } = request
  if (method !== 'GET' && method !== 'POST') {
    throw new OffhookError('internal', `a vendor may be asked to GET and POST before its socket opens, not ${method}`)
  }
  const response = await host.stream({ method, url, headers, timeout, signal, ...(body !== undefined && { body }) })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > largest) throw new OffhookError('vendor.failed', `an answer of more than ${largest} bytes was refused`)
    chunks.push(chunk)
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) }
}
