/** Values handed from who makes them to who awaits them, without either waiting for the other's pace. */

export class Feed<T> implements AsyncIterable<T> {
  readonly #values: T[] = []
  #wake: (() => void) | undefined
  #ended = false
  #failure: { readonly error: unknown } | undefined

  push(value: T): void {
    this.#values.push(value)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Ends it with an error, which comes after the values. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.end()
  }

  /** For one reader. */
  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    while (true) {
      const value = this.#values.shift()
      if (value !== undefined) yield value
      else if (this.#failure) throw this.#failure.error
      else if (this.#ended) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
