/** Comfort noise (RFC 3389): a packet that says how loud the silence is. */

/** Louder is no background: a peer's mistake must not hurt. */
const loudest = 30

/** dBov below the loudest square wave, 0–127; undefined for an empty payload. What colours the noise is passed by. */
export function readNoise(payload: Uint8Array): number | undefined {
  return payload.length === 0 ? undefined : Math.max(loudest, payload[0]! & 0x7f)
}

/** White noise of that level. `fraction` gives numbers in [0, 1). */
export function noiseOf(level: number, samples: number, fraction: () => number): Int16Array {
  // Of uniform noise in ±a the mean square is a²/3.
  const most = 32_767 * 10 ** (-level / 20) * Math.sqrt(3)
  return Int16Array.from({ length: samples }, () => Math.round((fraction() * 2 - 1) * most))
}
