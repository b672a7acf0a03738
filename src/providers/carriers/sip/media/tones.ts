/** Keys as tones in the caller's sound, for lines on which no other way to press them was agreed on. */
import { codecFor } from '../../../../media/codecs/index.ts'
import { dtmfDetector } from '../../../../media/dtmf/detect.ts'
import type { Negotiated } from '../../../../protocols/sdp/negotiated.ts'
import { formatOf } from './format.ts'

/** Hears a packet at a time. Undefined where keys come as packets; and for Opus, whose users have telephone-event. */
export function toneEars(
  { codec, events, sends }: Negotiated,
  heard: (digit: string) => void,
): ((payload: Uint8Array) => void) | undefined {
  const format = formatOf(codec, sends.frameMs)
  if (events.hears.length > 0 || format.encoding === 'opus') return undefined
  const decode = codecFor(format).decoder()
  const detector = dtmfDetector(format.rate, heard)
  return (payload) => detector.write(decode(payload))
}
