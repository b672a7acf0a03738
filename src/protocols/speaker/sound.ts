/** Sound as vendors send it: 16 bit, little endian, cut anywhere. */
import { OffhookError } from '../../spec/errors.ts'
import type { Answer } from '../vendor/ask.ts'

export interface Samples {
  readonly pcm: Int16Array
  /** The first half of a sample whose second half is still to come. */
  readonly rest: number | undefined
}

/** `rest`: of the piece before. */
export function samplesOf(bytes: Uint8Array, rest?: number): Samples {
  const offset = rest === undefined ? 0 : 1
  const pcm = new Int16Array((bytes.length + offset) >> 1)
  let at = 0
  let low = rest
  for (const byte of bytes) {
    if (low === undefined) low = byte
    else {
      pcm[at++] = low | (byte << 8)
      low = undefined
    }
  }
  return { pcm, rest: low }
}

const containers: readonly (readonly [sign: readonly number[], name: string])[] = [
  [[0x52, 0x49, 0x46, 0x46], 'a WAV file'],
  [[0x49, 0x44, 0x33], 'an MP3 file'],
  [[0xff, 0xfb], 'an MP3 file'],
  [[0x4f, 0x67, 0x67, 0x53], 'an Ogg file'],
  [[0x66, 0x4c, 0x61, 0x43], 'a FLAC file'],
]

/** What this beginning of a sentence's sound is, if it is not the raw samples that were asked for: played, it is noise. */
export function containerOf(bytes: Uint8Array): string | undefined {
  return containers.find(([sign]) => bytes.length > 8 && sign.every((byte, at) => bytes[at] === byte))?.[1]
}

function wrongFormat(vendor: string, what: string): OffhookError {
  return new OffhookError('media.format', wrongFormatMessage(vendor, what))
}

export function wrongFormatMessage(vendor: string, what: string): string {
  return `${vendor} sent ${what} instead of the raw samples asked for: check the address and the sound settings`
}

/** The samples of an answer at `rate`. Throws `media.format` where it says that it is something else. */
export function soundOf(vendor: string, answer: Answer, rate: number): AsyncGenerator<Int16Array> {
  const type = answer.headers['content-type'] ?? ''
  if (/json|event-stream|text\//.test(type)) throw wrongFormat(vendor, `"${type}"`)
  const told = /rate=(\d+)/.exec(type)?.[1]
  if (told !== undefined && Number(told) !== rate) throw wrongFormat(vendor, `samples at ${told} Hz, not ${rate} Hz,`)
  return pcmOf(vendor, answer.body)
}

/** The samples of a body. Throws `media.format` when it is a file, `vendor.failed` when it holds no sound. */
async function* pcmOf(vendor: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array> {
  let rest: number | undefined
  let begun = false
  for await (const bytes of body) {
    if (bytes.length === 0) continue
    const what = begun ? undefined : containerOf(bytes)
    if (what !== undefined) throw wrongFormat(vendor, what)
    begun = true
    const samples = samplesOf(bytes, rest)
    rest = samples.rest
    if (samples.pcm.length > 0) yield samples.pcm
  }
  if (!begun) throw new OffhookError('vendor.failed', `${vendor} answered without any sound; try again`)
}
