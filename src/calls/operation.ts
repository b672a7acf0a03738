/** Performs a provider's operation: the generator says what to request, the guarded HTTP client does it. */
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { HttpRequest, HttpResponse, Now, Operation } from '../spec/http.ts'

/** One request out. Rejects with an OffhookError when no response came. */
export type Requester = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>

/** The moment, for whoever signs or dates something. */
export function nowOf({ clock, ids }: { readonly clock: Pick<Clock, 'now'>; readonly ids: Pick<Ids, 'id'> }): Now {
  return { time: clock.now(), id: (prefix) => ids.id(prefix) }
}

/** Runs an operation to its result. A request without a response is thrown into it, so that it can say what that means. */
export async function runOperation<T>(operation: Operation<T>, request: Requester, signal: AbortSignal): Promise<T> {
  let step = operation.next(undefined as never) // a generator's first next() takes no value
  while (!step.done) {
    signal.throwIfAborted()
    const outcome = await request(step.value, signal).then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    )
    step = 'response' in outcome ? operation.next(outcome.response) : operation.throw(outcome.error)
  }
  return step.value
}
