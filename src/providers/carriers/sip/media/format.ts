/** What the engine calls the codecs of SDP. */
import type { CodecName } from '../../../../protocols/sdp/codecs.ts'
import type { StreamFormat } from '../../../../spec/audio.ts'

/** Opus is decoded to what telephone agents use; more would be resampled away again. */
const opusRate = 16_000

export function formatOf(codec: CodecName, frameMs: number): StreamFormat {
  switch (codec) {
    case 'pcmu':
    case 'pcma':
      return { encoding: codec, rate: 8000, frameMs }
    case 'g722':
      return { encoding: 'g722', rate: 16_000, frameMs }
    case 'opus':
      return { encoding: 'opus', rate: opusRate, frameMs }
    case 'l16/8000':
      return { encoding: 'l16be', rate: 8000, frameMs }
    case 'l16/16000':
      return { encoding: 'l16be', rate: 16_000, frameMs }
    default:
      return codec satisfies never
  }
}
