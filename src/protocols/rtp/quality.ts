/** How a call sounds, estimated: the E-model (ITU-T G.107) in the short form of Cole and Rosenbluth (2001). */
import type { CodecName } from '../sdp/codecs.ts'

export interface Measured {
  readonly codec: CodecName
  /** Part of the packets that never came, or came too late, 0…1. */
  readonly loss: number
  /** One way from mouth to ear, ms: half a round trip, packet and buffer. */
  readonly delay: number
}

/** Impairment of the codec itself, and how well it bears loss (ITU-T G.113 Appendix I; Opus after measurements with repair). */
const impairments: Readonly<Record<CodecName, { readonly codec: number; readonly robustness: number }>> = {
  pcmu: { codec: 0, robustness: 25.1 },
  pcma: { codec: 0, robustness: 25.1 },
  g722: { codec: 0, robustness: 20 },
  opus: { codec: 0, robustness: 30 },
  'l16/8000': { codec: 0, robustness: 25.1 },
  'l16/16000': { codec: 0, robustness: 20 },
}

/** A mean opinion score, 1 (bad) to 4.4 (nothing to wish for on a telephone). */
export function opinionScore({ codec, loss, delay }: Measured): number {
  const { codec: own, robustness } = impairments[codec]
  const percent = Math.min(100, Math.max(0, loss * 100))
  const ofDelay = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  const ofLoss = own + (95 - own) * (percent / (percent + robustness))
  const rating = Math.min(100, Math.max(0, 93.2 - ofDelay - ofLoss))
  const score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
  return Math.round(Math.min(4.5, Math.max(1, score)) * 100) / 100
}
