/** Who wants to hear of one kind of event. */

export class Listeners<T> {
  #listeners: readonly ((value: T) => void)[] = []

  get size(): number {
    return this.#listeners.length
  }

  add(listener: (value: T) => void): Disposable {
    this.#listeners = [...this.#listeners, listener]
    return { [Symbol.dispose]: () => (this.#listeners = this.#listeners.filter((other) => other !== listener)) }
  }

  /** In the order they came; one that comes or goes meanwhile does not change this round. */
  tell(value: T): void {
    for (const listener of this.#listeners) listener(value)
  }
}
