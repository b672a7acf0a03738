/** `fetch` over the engine's guarded HTTP, for libraries that bring their own requests. */
import type { PartHost } from '../../spec/speech.ts'

type Method = Parameters<PartHost['stream']>[0]['method']

/** Until the headers, ms: no tool may take longer, and whoever leaves waits for nobody. */
const timeouts = { GET: 30_000, POST: 30_000, DELETE: 2_000 } as const satisfies Record<Method, number>
/** Answers that have no body, by the standard. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])

/** Everything ends with `signal`. Redirects are not followed: what a user's server may be asked is decided by its address. */
export function guardedFetch(stream: PartHost['stream'], signal: AbortSignal): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const request = new Request(input, { ...init, signal: init.signal ?? null })
    const { method, url } = request
    if (!isMethod(method)) throw new TypeError(`${method} is not among the methods that may be used here`)
    const body = new Uint8Array(await request.arrayBuffer())
    const answer = await stream({
      ...{ method, url, timeout: timeouts[method] },
      headers: Object.fromEntries(request.headers),
      ...(body.length > 0 && { body }),
      signal: AbortSignal.any([signal, request.signal]),
    })
    const readable = bodiless.has(answer.status) ? null : ReadableStream.from(answer.body)
    return new Response(readable, { status: answer.status, headers: answer.headers })
  }
}

function isMethod(method: string): method is Method {
  return method in timeouts
}
