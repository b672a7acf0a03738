/** Sound in which nobody speaks: from it, models trained on subtitles make up the words that end films. */

/** Shorter sound holds no word, and the vendor refuses it, ms. */
export const shortest = 100

/** dBFS of the loudest tenth of a second. */
export function loudness(pcm: Int16Array, rate: number): number {
  const window = rate / 10
  let most = 0
  for (let start = 0; start < pcm.length; start += window) {
    let sum = 0
    const piece = pcm.subarray(start, start + window)
    for (const sample of piece) sum += sample * sample
    most = Math.max(most, sum / piece.length)
  }
  return 10 * Math.log10(most / 32_768 ** 2 + 1e-12)
}

const invented = new Set([
  ...['you', 'thank you', 'thanks', 'thank you very much', 'thank you for watching', 'thanks for watching'],
  ...['bye', 'bye bye', 'please subscribe', 'subtitles by the amara org community', 'so', 'the', 'music', 'silence'],
])

/** Does it look like something that a model says of silence? True words too: only quiet sound is doubted. */
export function looksInvented(text: string): boolean {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return plain === '' || invented.has(plain)
}
