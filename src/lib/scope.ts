/** A lifetime: whoever opens something gives its undo to a scope; closing runs them all, last first, exactly once. */

export class Scope implements AsyncDisposable {
  readonly name: string
  readonly #controller = new AbortController()
  readonly #undos: (() => unknown)[] = []
  #closing: Promise<void> | undefined

  constructor(name = 'scope') {
    this.name = name
  }

  /** Aborted at the start of closing: everything that waits takes it. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Runs `undo` when the scope closes; at once if it already has. */
  defer(undo: () => unknown): void {
    if (this.#closing) void Promise.resolve().then(undo)
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
    child.signal.addEventListener('abort', () => this.#forget(undo), { once: true })
    return child
  }

  /** Idempotent. Rejects with an AggregateError when undos failed; all of them have run by then. */
  close(reason: unknown = new Error(`${this.name} closed`)): Promise<void> {
    this.#closing ??= this.#run(reason)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(reason: unknown): Promise<void> {
    await Promise.resolve()
    this.#controller.abort(reason)
    const errors: unknown[] = []
    for (let undo = this.#undos.pop(); undo; undo = this.#undos.pop()) {
      try {
        await undo()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} error(s) while closing ${this.name}`)
  }

  #forget(undo: () => unknown): void {
    if (this.#closing) return
    const at = this.#undos.indexOf(undo)
    if (at >= 0) this.#undos.splice(at, 1)
  }
}
