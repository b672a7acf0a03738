/** Where a sound begins to be heard: voices that are made begin with silence, which a caller waits through like any other. */

/** Judged in pieces of this length, ms. */
const piece = 5
/** Mean square of −50 dBFS (AES17): far below a quiet voice, above the noise of any telephone codec. */
const audible = 10 ** (-50 / 10) * (32_768 ** 2 / 2)

/** How far into `pcm` its first audible piece begins, ms; undefined when all of it is silence. */
export function onset(pcm: Int16Array, rate: number): number | undefined {
  const length = Math.max(1, Math.round((rate * piece) / 1000))
  for (let start = 0; start < pcm.length; start += length)
    if (power(pcm, start, Math.min(start + length, pcm.length)) > audible) return (start * 1000) / rate
  return undefined
}

function power(pcm: Int16Array, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += pcm[index]! ** 2
  return sum / (to - from)
}
