/** The picture of a recording: the greatest sample of each span, for both channels, read as a stream. */

/** Of a WAV file that is ours: the header is as long as this, bytes. */
const headerBytes = 44

export interface Peaks {
  readonly durationMs: number
  readonly left: readonly number[]
  readonly right: readonly number[]
}

/** Reads 16-bit stereo PCM behind the usual header. `size`: of the file, bytes. Never more than some samples in memory. */
export async function peaksOf(
  file: { readonly size: number; readonly stream: AsyncIterable<Uint8Array | string> },
  points: number,
): Promise<Peaks> {
  const frames = Math.max(0, Math.floor((file.size - headerBytes) / 4))
  const spans = Math.min(points, frames)
  const left = new Int32Array(spans)
  const right = new Int32Array(spans)
  let rate = 8_000
  let rest: Buffer = Buffer.alloc(0)
  let at = 0
  let begun = false
  for await (const chunk of file.stream) {
    rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk])
    if (!begun) {
      if (rest.length < headerBytes) continue
      rate = rest.readUInt32LE(24) || rate
      rest = rest.subarray(headerBytes)
      begun = true
    }
    const whole = Math.min(Math.floor(rest.length / 4), frames - at)
    for (let index = 0; index < whole; index++) {
      const span = Math.floor(((at + index) * spans) / frames)
      left[span] = Math.max(left[span]!, Math.abs(rest.readInt16LE(index * 4)))
      right[span] = Math.max(right[span]!, Math.abs(rest.readInt16LE(index * 4 + 2)))
    }
    at += whole
    rest = rest.subarray(whole * 4)
  }
  return { durationMs: Math.round((frames * 1_000) / rate), left: shares(left), right: shares(right) }
}

/** Of full scale, in thousandths. */
function shares(peaks: Int32Array): readonly number[] {
  return Array.from(peaks, (peak) => Math.round((peak / 32_768) * 1_000) / 1_000)
}
