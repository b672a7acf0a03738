/** Who answered, by ear: for carriers that do not tell people from machines themselves. */
import { answerDetector } from '../media/answer.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import type { Leg } from './leg.ts'
import type { LiveCall } from './live.ts'

/** Listens to the first stream of a call that was placed with machine detection, until it has heard enough. */
export function hearAnswer(live: LiveCall, leg: Leg, carrier: CarrierSpec): void {
  const { running } = live
  const { direction, machineDetection } = running.call.plan
  if (carrier.control?.detectsMachines !== false || direction !== 'outbound' || !machineDetection) return
  if (running.call.media !== 'none') return
  const detector = answerDetector(leg.microphone.rate, (answer) => {
    const ended = answer.type === 'message-ended'
    const result = ended ? 'machine' : answer.result
    void running.post({ type: 'machine.detected', result, raw: answer.why, messageEnded: ended })
  })
  running.scope.use(leg.microphone.pipe(detector))
}
