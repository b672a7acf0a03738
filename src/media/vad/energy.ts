/** Energy alone as a detector: cheapest of all; whatever is loud, long enough and not steady is speech to it. */
import { level } from '../measure.ts'
import { NoiseFloor } from './floor.ts'
import { frameVad, soundWindow } from './turns.ts'
import type { Vad } from './vad.ts'

export function energyVad(rate: number, hangover: number, pause?: number): Vad {
  const floor = new NoiseFloor()
  return frameVad({
    ...soundWindow,
    name: 'vad(energy)',
    rate,
    hangover,
    pause,
    voice: (frame, speaking) => floor.loud(level(frame), speaking),
  })
}
