/** A codec opened for one line: both directions, with repair of what was lost, and something to close. */
import type { StreamFormat } from '../../spec/audio.ts'
import { codecFor, type Decoder, type Encoder } from './index.ts'
import { openOpus } from './opus.ts'

export interface OpenCodec extends Disposable {
  readonly decode: Decoder
  readonly encode: Encoder
  /** Sound for `missing` frames that never came, before `next` is decoded. Empty where there is nothing better than their absence. */
  readonly conceal: (missing: number, next?: Uint8Array) => Int16Array
}

/** Longest hole of a waveform codec that is filled by repeating, frames. */
const mostRepeated = 3

/** Rejects with `media.format` for what no codec here can do. `sends`: our own direction, where it differs. */
export async function openCodec(format: StreamFormat, sends: StreamFormat = format): Promise<OpenCodec> {
  if (format.encoding === 'opus') return openOpus(format, format.frameMs)
  return repeating(codecFor(format).decoder(), codecFor(sends).encoder())
}

/** A lost frame of a waveform codec sounds like the one before it, each time half as loud (after G.711 Appendix I). */
function repeating(decoder: Decoder, encode: Encoder): OpenCodec {
  let last = new Int16Array(0)
  const decode = Object.assign(
    (bytes: Uint8Array) => {
      const pcm = decoder(bytes)
      if (last.length === pcm.length) last.set(pcm)
      else last = pcm.slice()
      return pcm
    },
    { dropped: 0 },
  )
  Object.defineProperty(decode, 'dropped', { get: () => decoder.dropped })
  return {
    decode,
    encode,
    conceal(missing) {
      const count = Math.min(missing, mostRepeated)
      const sound = new Int16Array(count * last.length)
      for (let frame = 0; frame < count; frame++)
        for (let at = 0; at < last.length; at++) sound[frame * last.length + at] = last[at]! >> (frame + 1)
      return sound
    },
    [Symbol.dispose]: () => undefined,
  }
}
