/** Recognises sound that resampling has changed: which frames of a tape are in what came back, and how much later. */
import { compare } from '../src/media/measure.ts'

const frame = 160
/** White noise that lost its top 600 Hz still has more than nine tenths of itself; another stretch of noise has nothing. */
const same = 0.7
/** How far a frame may be from where it is expected, frames. */
const reach = 60

/** Samples by which `heard` lags behind the tape, within three frames. */
export function lagOf(tape: Int16Array, heard: Int16Array): number {
  return compare(tape, heard).lag
}

/** For each frame heard, the frame of the tape it is; −1 for those that are none. `lag`: what the way adds, samples. */
export function recognise(tape: Int16Array, heard: readonly Int16Array[], lag: number): readonly number[] {
  let expected = 0
  return heard.map((pcm) => {
    for (let away = 0; away <= reach; away++) {
      for (const index of away === 0 ? [expected] : [expected + away, expected - away]) {
        if (!alike(tape, index * frame - lag, pcm)) continue
        expected = index + 1
        return index
      }
    }
    return -1
  })
}

function alike(tape: Int16Array, from: number, pcm: Int16Array): boolean {
  let product = 0
  let one = 0
  let other = 0
  for (let at = 0; at < pcm.length; at++) {
    const said = tape[from + at] ?? 0
    product += said * pcm[at]!
    one += said * said
    other += pcm[at]! * pcm[at]!
  }
  return one > 0 && other > 0 && product / Math.sqrt(one * other) > same
}
