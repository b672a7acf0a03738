/**
 * Numbers inside the sound: each frame of a caller carries its call and its place, so that what arrives can be recognised.
 *
 *     sample  0…3     4…9      10…159
 *             call    frame    sound         octal digits, one a sample: 0 is µ-law 0xFF, 7 is 0xF8
 *
 * A digit is a sample of 0 to 56 of 32,768: inaudible, and the same byte again after µ-law → PCM → µ-law.
 */

export interface Stamp {
  /** From 1: a frame of silence reads as call 0, which is nobody. */
  readonly call: number
  readonly frame: number
}

const callDigits = 4
const frameDigits = 6
export const stampLength = callDigits + frameDigits
const zero = 0xff
const step = 8

export function writeStamp(bytes: Uint8Array, { call, frame }: Stamp): void {
  writeDigits(bytes, 0, callDigits, call)
  writeDigits(bytes, callDigits, frameDigits, frame)
}

/** Undefined when the frame carries none. */
export function readStamp(bytes: Uint8Array): Stamp | undefined {
  return read((at) => zero - bytes[at]!, bytes.length)
}

/** The same from samples. */
export function readStampOf(pcm: Int16Array): Stamp | undefined {
  return read((at) => pcm[at]! / step, pcm.length)
}

function writeDigits(bytes: Uint8Array, from: number, count: number, value: number): void {
  let rest = value
  for (let at = from + count - 1; at >= from; at--) {
    bytes[at] = zero - (rest % step)
    rest = Math.floor(rest / step)
  }
}

function read(digit: (at: number) => number, length: number): Stamp | undefined {
  if (length < stampLength) return undefined
  let value = 0
  let call = 0
  for (let at = 0; at < stampLength; at++) {
    const one = digit(at)
    if (!Number.isInteger(one) || one < 0 || one >= step) return undefined
    value = value * step + one
    if (at === callDigits - 1) {
      call = value
      value = 0
    }
  }
  return call === 0 ? undefined : { call, frame: value }
}
