/** Takes reasoning out of a stream of text: some servers leave `<think>…</think>` in what is to be spoken. */

const tag = /<(\/?)think(?:ing)?>/i
/** A tag that is not all there yet. */
const begun = /<(?:\/?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?)?$/i

export class Thoughts {
  #rest = ''
  #thinking = false

  /** What of `delta`, and of what was held back before, is to be spoken. */
  push(delta: string): string {
    this.#rest += delta
    let spoken = ''
    for (let match = tag.exec(this.#rest); match; match = tag.exec(this.#rest)) {
      spoken += this.#take(match.index)
      this.#rest = this.#rest.slice(match[0].length)
      this.#thinking = match[1] === ''
    }
    const held = begun.exec(this.#rest)
    return spoken + this.#take(held ? held.index : this.#rest.length)
  }

  /** The text is over: what looked like the beginning of a tag was none. */
  end(): string {
    return this.#take(this.#rest.length)
  }

  #take(length: number): string {
    const text = this.#thinking ? '' : this.#rest.slice(0, length)
    this.#rest = this.#rest.slice(length)
    return text
  }
}
