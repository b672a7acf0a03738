/** Which part of a file somebody asks for: the `Range` header (RFC 9110 §14), one part at a time. */

/** First and last byte, both included. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Undefined: all of it, also for what is no range of bytes or several at once. `beyond`: there is no such part. */
export function spanOf(header: string | undefined, size: number): Span | 'beyond' | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!found) return undefined
  const [from, to] = [found[1] ?? '', found[2] ?? '']
  if (from === '' && to === '') return undefined
  if (from === '') return Number(to) === 0 ? 'beyond' : { start: Math.max(0, size - Number(to)), end: size - 1 }
  const start = Number(from)
  if (start >= size) return 'beyond'
  const end = to === '' ? size - 1 : Math.min(size - 1, Number(to))
  return end < start ? undefined : { start, end }
}
