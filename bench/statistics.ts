/** The little statistics the figures need. */

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest rank: a value that occurred. NaN when there are none. `sorted`: ascending. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const rank = Math.ceil(share * sorted.length)
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]!
}

export function spread(values: ArrayLike<number>): Spread {
  const sorted = Float64Array.from(values).toSorted()
  const at = (share: number) => rounded(percentile(sorted, share))
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function rounded(value: number, digits = 2): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}

/** CPU microseconds of all calls together → CPU seconds that one call costs per minute. */
export function perCallMinute(cpuMicros: number, calls: number, windowMs: number): number {
  return ((cpuMicros / 1e6) * 60_000) / (calls * windowMs)
}
