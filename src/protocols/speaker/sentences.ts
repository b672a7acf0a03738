/** Which sentences a vendor is making, and which wait for it: a value, never changed in place. */

export interface Making {
  readonly context: string
  /** Nobody wants it; it goes when the vendor says that it is through with it. */
  readonly cancelled: boolean
  /** Bytes of sound so far, and the half sample at their end. */
  readonly bytes: number
  readonly rest: number | undefined
}

export interface Sentences {
  readonly making: readonly Making[]
  readonly waiting: readonly Waiting[]
}

export interface Waiting {
  readonly context: string
  readonly text: string
  /** It came when all places were taken by what nobody wants any more. */
  readonly stalled: boolean
}

export const noSentences: Sentences = { making: [], waiting: [] }

/** The sentence of that name; without a name the first, as of vendors that make one at a time. */
export function madeOf(sentences: Sentences, context: string | undefined): Making | undefined {
  return context === undefined ? sentences.making[0] : sentences.making.find((one) => one.context === context)
}

/** No place is left, and none of them for anything that is wanted. */
export function isStalled({ making }: Sentences, most: number): boolean {
  return making.length >= most && making.every(({ cancelled }) => cancelled)
}

export function without(sentences: Sentences, context: string): Sentences {
  const other = (one: { readonly context: string }) => one.context !== context
  return { making: sentences.making.filter(other), waiting: sentences.waiting.filter(other) }
}

export function changed(sentences: Sentences, context: string, change: Partial<Making>): Sentences {
  return {
    ...sentences,
    making: sentences.making.map((one) => (one.context === context ? { ...one, ...change } : one)),
  }
}

/** Takes up waiting sentences while there is room for `most`. */
export function takenUp(
  { making, waiting }: Sentences,
  most: number,
): { readonly sentences: Sentences; readonly begun: Sentences['waiting'] } {
  const begun = waiting.slice(0, Math.max(0, most - making.length))
  const fresh = begun.map(({ context }) => ({ context, cancelled: false, bytes: 0, rest: undefined }))
  return { sentences: { making: [...making, ...fresh], waiting: waiting.slice(begun.length) }, begun }
}
