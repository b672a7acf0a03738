/** A stream of 16-bit stereo samples cut into arbitrary pieces, as two channels of floats. */

export interface Stereo {
  readonly left: Float32Array<ArrayBuffer>
  readonly right: Float32Array<ArrayBuffer>
}

const frameBytes = 4

/** Keeps the bytes of a frame that a piece ends in the middle of. */
export function stereoReader(): (bytes: Uint8Array) => Stereo {
  let rest = new Uint8Array(0)
  return (bytes) => {
    const all = new Uint8Array(rest.length + bytes.length)
    all.set(rest)
    all.set(bytes, rest.length)
    const frames = Math.floor(all.length / frameBytes)
    rest = all.slice(frames * frameBytes)
    const view = new DataView(all.buffer)
    const left = new Float32Array(frames)
    const right = new Float32Array(frames)
    for (let i = 0; i < frames; i++) {
      left[i] = view.getInt16(i * frameBytes, true) / 0x8000
      right[i] = view.getInt16(i * frameBytes + 2, true) / 0x8000
    }
    return { left, right }
  }
}
