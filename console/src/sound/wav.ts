/** WAV files: 16-bit mono samples with a header, and such a file as base64 for the API. */

/** Floats of -1…1 as 16-bit samples. */
export function toSamples(floats: Float32Array): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(floats.length)
  for (let i = 0; i < floats.length; i++) {
    const clipped = Math.max(-1, Math.min(1, floats[i] ?? 0))
    samples[i] = Math.round(clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff)
  }
  return samples
}

const headerBytes = 44

export function wavOf(samples: Int16Array, rate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + samples.length * 2)
  const view = new DataView(bytes.buffer)
  const word = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  word(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true) // PCM
  view.setUint16(22, 1, true) // mono
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (let i = 0; i < samples.length; i++) view.setInt16(headerBytes + i * 2, samples[i] ?? 0, true)
  return bytes
}

/** In pieces: one call with a whole recording as arguments is too much for the stack. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
