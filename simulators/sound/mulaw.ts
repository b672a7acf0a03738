/** µ-law, the telephone's eight bits a sample (ITU-T G.711), by look-up tables of the simulators' own. */

const bias = 0x84
const clip = 32_635

function expand(code: number): number {
  // Bits are sent inverted: sign, three bits of segment, four of step.
  const bits = ~code & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + bias) << ((bits >> 4) & 7)) - bias
  return bits & 0x80 ? -magnitude : magnitude
}

function compress(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), clip) + bias
  const segment = 24 - Math.clz32(magnitude >> 0)
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff
}

const samples = Int16Array.from({ length: 256 }, (_, code) => expand(code))
const codes = Uint8Array.from({ length: 65_536 }, (_, index) => compress(index - 32_768))

/** What a line carries when nobody speaks. */
export const silenceCode = 0xff

export function decodeMulaw(bytes: Uint8Array): Int16Array {
  const pcm = new Int16Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) pcm[at] = samples[bytes[at]!]!
  return pcm
}

export function encodeMulaw(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length)
  for (let at = 0; at < pcm.length; at++) bytes[at] = codes[pcm[at]! + 32_768]!
  return bytes
}

/** Mean square of the samples: compared, never shown, so the root is spared. */
export function energy(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at++) {
    const sample = samples[bytes[at]!]!
    sum += sample * sample
  }
  return bytes.length > 0 ? sum / bytes.length : 0
}

/** Two voices on one line. */
export function mixMulaw(left: Uint8Array, right: Uint8Array): Uint8Array {
  const length = Math.max(left.length, right.length)
  const mixed = new Uint8Array(length)
  for (let at = 0; at < length; at++) {
    const sum = samples[left[at] ?? silenceCode]! + samples[right[at] ?? silenceCode]!
    mixed[at] = codes[Math.max(-32_768, Math.min(32_767, sum)) + 32_768]!
  }
  return mixed
}
