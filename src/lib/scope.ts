/** A lifetime: whoever opens something gives its undo to a scope; closing runs them all, last first, exactly once. */

export class Scope implements AsyncDisposable {
  readonly name: string
  readonly #controller = new AbortController()
  readonly #undos: (() => unknown)[] = []
  #closing: Promise<void> | undefined
  #ended = false

  constructor(name = 'scope') {
    this.name = name
  }

  /** Aborted as soon as `close` is called: everything that waits takes it. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /**
   * Runs `undo` when the scope closes: as part of the closing while that goes on, at once when it is over. Nobody
   * waits for a late one, so its failure becomes a process warning.
   */
  defer(undo: () => unknown): void {
    if (this.#ended) Promise.resolve().then(undo).catch(warn)
    else this.#undos.push(undo)
  }

  /** Adopts a resource: it is disposed with the scope. */
  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.defer(() => (Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose]()))
    return resource
  }

  /** A scope that closes with this one, and may close before it without leaving anything behind. */
  child(name: string): Scope {
    const child = new Scope(`${this.name}/${name}`)
    const undo = () => child.close(this.signal.reason)
    this.defer(undo)
    // First in, so last out: a child half closed is still waited for by its parent.
    child.defer(() => this.#forget(undo))
    return child
  }

  /** Idempotent. Rejects with an AggregateError when undos failed; all of them have run by then. */
  close(reason: unknown = new Error(`${this.name} closed`)): Promise<void> {
    if (!this.#closing) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      this.#closing = promise
      this.#controller.abort(reason)
      this.#run().then(resolve, reject)
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    await Promise.resolve()
    const errors: unknown[] = []
    for (let undo = this.#undos.pop(); undo; undo = this.#undos.pop()) {
      try {
        await undo()
      } catch (error) {
        errors.push(error)
      }
    }
    this.#ended = true
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} error(s) while closing ${this.name}`)
  }

  #forget(undo: () => unknown): void {
    if (this.#closing) return
    const at = this.#undos.indexOf(undo)
    if (at >= 0) this.#undos.splice(at, 1)
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)))
}
