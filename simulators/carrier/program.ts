/** Runs a call by instructions that come one page after the other, until nothing is left, the call ends, or somebody gives it others. */
import type { SimulatedCall } from './call.ts'

/** Gives the running call new instructions; undefined when it has none to follow. */
export type Redirect<I> = ((instructions: I) => void) | undefined

export interface Program<I> {
  /** Performs a page; resolves with the one it leads to, or undefined when there is none. `signal` aborts with the page. */
  run(page: I, signal: AbortSignal): Promise<I | undefined>
  /** Told how the call may be redirected from now on. */
  steer(redirect: Redirect<I>): void
}

/** Resolves when the call has nothing left to do; ending it is the caller's business. */
export async function runProgram<I>(call: SimulatedCall, first: I, program: Program<I>): Promise<void> {
  let next: I | undefined = first
  while (next !== undefined && !call.over) {
    const change = Promise.withResolvers<I>()
    const control = new AbortController()
    program.steer((page) => {
      change.resolve(page)
      control.abort(new Error('redirected'))
    })
    const signal = AbortSignal.any([control.signal, call.scope.signal])
    try {
      next = await program.run(next, signal)
    } catch (error) {
      if (call.over) return
      if (!control.signal.aborted) throw error
    }
    if (control.signal.aborted) {
      await Promise.all(call.streams.filter(({ plan }) => plan.bidirectional).map((stream) => stream.stop()))
      next = await change.promise
    }
  }
  program.steer(undefined)
}
