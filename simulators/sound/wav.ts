/** WAV files for the simulators: read what people record, write what calls sounded like. */
import { LibError } from '../../src/lib/failure.ts'
import { decodeMulaw } from './mulaw.ts'

export interface Wav {
  readonly rate: number
  /** One array per channel. */
  readonly channels: readonly Int16Array[]
}

/** 16-bit PCM (format 1, also as WAVE_FORMAT_EXTENSIBLE) and µ-law (format 7). Throws LibError `setting.invalid`. */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE')
    throw refusal('it has no RIFF/WAVE head')
  let format:
    | { readonly code: number; readonly channels: number; readonly rate: number; readonly bits: number }
    | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tag(bytes, at)
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (name === 'fmt ' && body + 16 <= bytes.length) format = readFormat(view, body, size)
    if (name === 'data') {
      if (!format) throw refusal('its data comes before its format')
      return {
        rate: format.rate,
        channels: split(samplesOf(bytes.subarray(body, body + size), format), format.channels),
      }
    }
    at = body + size + (size & 1) // chunks are padded to even length
  }
  throw refusal('it has no data chunk')
}

export function writeWav(wav: Wav): Uint8Array {
  const count = Math.max(0, ...wav.channels.map((channel) => channel.length))
  const width = wav.channels.length
  const bytes = new Uint8Array(44 + count * width * 2)
  const view = new DataView(bytes.buffer)
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  put(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  put(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, width, true)
  view.setUint32(24, wav.rate, true)
  view.setUint32(28, wav.rate * width * 2, true)
  view.setUint16(32, width * 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, count * width * 2, true)
  for (let at = 0; at < count * width; at++) {
    view.setInt16(44 + at * 2, wav.channels[at % width]?.[Math.floor(at / width)] ?? 0, true)
  }
  return bytes
}

/** Mono at 8 kHz, good enough for a telephone: averages when going down, draws lines when going up. */
export function toTelephone(wav: Wav): Int16Array {
  const mono = mix(wav.channels)
  if (wav.rate === 8000) return mono
  const step = wav.rate / 8000
  const out = new Int16Array(Math.floor(mono.length / step))
  for (let at = 0; at < out.length; at++) out[at] = step > 1 ? mean(mono, at * step, step) : between(mono, at * step)
  return out
}

function mean(pcm: Int16Array, from: number, length: number): number {
  const start = Math.floor(from)
  const end = Math.min(pcm.length, Math.max(start + 1, Math.floor(from + length)))
  let sum = 0
  for (let at = start; at < end; at++) sum += pcm[at]!
  return sum / (end - start)
}

function between(pcm: Int16Array, at: number): number {
  const left = pcm[Math.floor(at)] ?? 0
  const right = pcm[Math.floor(at) + 1] ?? left
  return left + (right - left) * (at % 1)
}

function mix(channels: readonly Int16Array[]): Int16Array {
  const first = channels[0] ?? new Int16Array(0)
  if (channels.length < 2) return first
  return first.map((_, at) => channels.reduce((sum, channel) => sum + (channel[at] ?? 0), 0) / channels.length)
}

function readFormat(view: DataView, at: number, size: number) {
  const code = view.getUint16(at, true)
  return {
    // WAVE_FORMAT_EXTENSIBLE keeps the real code at the head of its GUID.
    code: code === 0xfffe && size >= 26 ? view.getUint16(at + 24, true) : code,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  }
}

function samplesOf(bytes: Uint8Array, format: { readonly code: number; readonly bits: number }): Int16Array {
  if (format.code === 7 && format.bits === 8) return decodeMulaw(bytes)
  if (format.code !== 1 || format.bits !== 16) throw refusal(`format ${format.code} of ${format.bits} bits is not read`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(at * 2, true))
}

function split(pcm: Int16Array, width: number): Int16Array[] {
  if (width < 1) throw refusal('it has no channel')
  const count = Math.floor(pcm.length / width)
  return Array.from({ length: width }, (_, channel) =>
    Int16Array.from({ length: count }, (_, at) => pcm[at * width + channel]!),
  )
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function refusal(why: string): LibError {
  return new LibError('setting.invalid', `this WAV cannot be played: ${why}; use 16-bit PCM or µ-law`)
}
