/** WAV files: reads what people and carriers keep in them, writes 16-bit PCM. */
import { OffhookError } from '../spec/errors.ts'
import { decodeAlaw, decodeUlaw } from './codecs/g711.ts'

export interface Wav {
  readonly rate: number
  /** One or more, all of one length. */
  readonly channels: readonly Int16Array[]
}

/**
 * Reads PCM of 8, 16, 24 and 32 bit, 32-bit float, µ-law and A-law, any number of channels up to 32. A header whose length is unknown or too
 * great (a stream, a file cut short) means "to the end". Throws `audio.malformed`, and nothing else, for what is not such a file.
 */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const form = `${text(view, 0)} ${text(view, 8)}`
  if (form !== 'RIFF WAVE' && form !== 'RF64 WAVE') throw malformed('it does not begin with RIFF … WAVE')
  let format: Format | undefined
  for (let at = 12; at + 8 <= view.byteLength;) {
    const id = text(view, at)
    const length = view.getUint32(at + 4, true)
    const start = at + 8
    if (id === 'fmt ') format = readFormat(view, start, length)
    if (id === 'data') return readData(bytes.subarray(start, dataEnd(start, length)), format)
    at = start + length + (length & 1)
  }
  throw malformed('it has no data chunk: the file is cut short or holds no sound')
}

/** All channels as one: their mean. */
export function mono(wav: Wav): Int16Array {
  const { channels } = wav
  if (channels.length === 1) return channels[0]!
  const length = channels[0]?.length ?? 0
  return Int16Array.from({ length }, (_, index) => {
    let sum = 0
    for (const channel of channels) sum += channel[index]!
    return Math.round(sum / channels.length)
  })
}

/** A file of 16-bit PCM. Shorter channels are filled up with silence. */
export function writeWav(wav: Wav): Uint8Array {
  const { rate, channels } = wav
  const frames = Math.max(0, ...channels.map((channel) => channel.length))
  const dataBytes = frames * channels.length * 2
  const bytes = new Uint8Array(headerBytes + dataBytes)
  bytes.set(wavHeader({ rate, channels: channels.length, dataBytes }))
  const view = new DataView(bytes.buffer, headerBytes)
  for (const [place, channel] of channels.entries()) {
    for (let index = 0; index < channel.length; index++) {
      view.setInt16((index * channels.length + place) * 2, channel[index]!, true)
    }
  }
  return bytes
}

const headerBytes = 44
/** What the two length fields say while the length is not known. */
const unknown = 0xffffffff

/**
 * The 44 bytes before 16-bit PCM. Without `dataBytes` it is the header of a stream: write it again over the file's start once the
 * length is known.
 */
export function wavHeader(sound: {
  readonly rate: number
  readonly channels: number
  readonly dataBytes?: number
}): Uint8Array {
  const { rate, channels, dataBytes = unknown } = sound
  const view = new DataView(new ArrayBuffer(headerBytes))
  put(view, 0, 'RIFF')
  view.setUint32(4, Math.min(unknown, dataBytes + headerBytes - 8), true)
  put(view, 8, 'WAVE')
  put(view, 12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, pcmTag, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  put(view, 36, 'data')
  view.setUint32(40, Math.min(unknown, dataBytes), true)
  return new Uint8Array(view.buffer)
}

interface Format {
  readonly tag: number
  readonly channels: number
  readonly rate: number
  readonly bits: number
}

// Format tags of mmreg.h. An extensible header (0xFFFE) holds the true one in the first two bytes of its GUID.
const pcmTag = 1
const extensible = 0xfffe
/** Samples of all channels as 16 bit, by `tag/bits`. */
const readers: Readonly<Record<string, (bytes: Uint8Array) => Int16Array>> = {
  '1/8': (bytes) => samples(bytes, 1, (view, at) => (view.getUint8(at) - 128) << 8),
  '1/16': (bytes) => samples(bytes, 2, (view, at) => view.getInt16(at, true)),
  '1/24': (bytes) => samples(bytes, 3, (view, at) => view.getInt16(at + 1, true)),
  '1/32': (bytes) => samples(bytes, 4, (view, at) => view.getInt16(at + 2, true)),
  '3/32': (bytes) => samples(bytes, 4, (view, at) => fromFloat(view.getFloat32(at, true))),
  '6/8': decodeAlaw,
  '7/8': decodeUlaw,
}
const mostChannels = 32
const highestRate = 768_000

function readFormat(view: DataView, at: number, length: number): Format {
  if (length < 16 || at + 16 > view.byteLength)
    throw malformed(`its fmt chunk has ${length} bytes instead of 16 or more`)
  const tag = view.getUint16(at, true)
  const inside = tag === extensible && length >= 26 && at + 26 <= view.byteLength
  return {
    tag: inside ? view.getUint16(at + 24, true) : tag,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  }
}

function readData(data: Uint8Array, format: Format | undefined): Wav {
  if (!format) throw malformed('its data chunk stands before its fmt chunk')
  const { tag, channels, rate, bits } = format
  if (channels < 1 || channels > mostChannels)
    throw malformed(`it has ${channels} channels; 1 to ${mostChannels} are read`)
  if (rate < 1 || rate > highestRate) throw malformed(`its sample rate is ${rate} Hz; 1 to ${highestRate} are read`)
  const reader = readers[`${tag}/${bits}`]
  if (!reader) {
    throw malformed(
      `its encoding is tag ${tag} with ${bits} bit; save it as PCM of 8, 16, 24 or 32 bit, 32-bit float, µ-law or A-law`,
    )
  }
  const interleaved = reader(data)
  const frames = Math.floor(interleaved.length / channels)
  const split = (place: number) =>
    Int16Array.from({ length: frames }, (_, index) => interleaved[index * channels + place]!)
  return { rate, channels: Array.from({ length: channels }, (_, place) => split(place)) }
}

/** Some writers leave the length of a stream at zero, others at the greatest value: `subarray` stops at the file's end. */
function dataEnd(start: number, length: number): number | undefined {
  return length === 0 ? undefined : start + length
}

function samples(bytes: Uint8Array, size: number, read: (view: DataView, at: number) => number): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(view, index * size))
}

function fromFloat(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value * 32768)))
}

function text(view: DataView, at: number): string {
  let letters = ''
  for (let index = at; index < at + 4 && index < view.byteLength; index++)
    letters += String.fromCharCode(view.getUint8(index))
  return letters
}

function put(view: DataView, at: number, letters: string): void {
  for (let index = 0; index < letters.length; index++) view.setUint8(at + index, letters.charCodeAt(index))
}

function malformed(why: string): OffhookError {
  return new OffhookError('audio.malformed', `This is not a WAV file that can be read: ${why}.`)
}
