/** Sound inside JSON messages: base64 of an encoding without memory. */
import type { AudioFormat } from '../../spec/audio.ts'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts'
import { decodeL16le, encodeL16le } from './l16.ts'

export interface PlainFormat extends AudioFormat {
  readonly encoding: 'pcmu' | 'pcma' | 'l16le'
}

const codecs = {
  pcmu: { encode: (pcm: Int16Array) => encodeUlaw(pcm), decode: (bytes: Uint8Array) => decodeUlaw(bytes) },
  pcma: { encode: (pcm: Int16Array) => encodeAlaw(pcm), decode: (bytes: Uint8Array) => decodeAlaw(bytes) },
  l16le: { encode: encodeL16le, decode: (bytes: Uint8Array) => decodeL16le(bytes).pcm },
} as const

export function soundToBase64(pcm: Int16Array, encoding: PlainFormat['encoding']): string {
  const bytes = codecs[encoding].encode(pcm)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** Undefined for what is no base64: Buffer skips other letters in silence, and fewer bytes come out than promised. */
export function soundFromBase64(text: string, encoding: PlainFormat['encoding']): Int16Array | undefined {
  const letters = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
  const bytes = Buffer.from(text, 'base64')
  if (letters % 4 === 1 || bytes.length !== Math.floor((letters * 3) / 4)) return undefined
  return codecs[encoding].decode(bytes)
}
