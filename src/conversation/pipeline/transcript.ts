/** The text of a turn while it is being heard: final parts, and what still may change behind them. */

export class Transcript {
  #finals: string[] = []
  #interim = ''
  /** Words that were taken before they were final: what is made of them later was told already. */
  #taken: readonly string[] = []

  hear(text: string, final: boolean): void {
    const words = this.#fresh(text, final)
    if (final && words !== '') this.#finals.push(words)
    this.#interim = final ? '' : words
  }

  /** All of it so far. */
  get text(): string {
    return [...this.#finals, this.#interim].filter((text) => text !== '').join(' ')
  }

  /** The turn is over; the next one begins empty. */
  take(): string {
    const { text } = this
    this.#finals = []
    this.#interim = ''
    return text
  }

  /** Time is up, though the vendor is not done. */
  takeEarly(): string {
    this.#taken = [...this.#taken, ...wordsOf(this.#interim)]
    return this.take()
  }

  /** The vendor is done with what was taken early. */
  settle(): void {
    this.#taken = []
  }

  /** What of it is new: more words than were taken. */
  #fresh(text: string, final: boolean): string {
    if (this.#taken.length === 0) return text.trim()
    const words = text.trim().split(/\s+/)
    const old = this.#taken.length
    if (final) this.#taken = this.#taken.slice(words.length)
    return words.slice(old).join(' ')
  }
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
