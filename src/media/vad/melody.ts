/** Tells from melody and loudness whether a turn is over: a voice that falls and fades has said what it wanted to say. */
import { prosodyOf, type Prosody } from '../prosody.ts'
import { History } from './history.ts'
import type { TurnDetector } from './endings.ts'

/** Sound that is looked at, ms: the pause, and what was said before it. */
const heard = 1_100

/** Costs a copy of the sound, and a millisecond per pause. */
export const melodyTurns: TurnDetector = {
  open(rate) {
    const history = new History(Math.round((rate * heard) / 1000))
    return {
      write: (pcm) => history.write(pcm),
      judge(_, tell) {
        const prosody = prosodyOf(history.read(), rate)
        if (prosody) tell(finishedness(prosody))
      },
      [Symbol.dispose]: () => undefined,
    }
  },
}

/** Logistic regression on one half of the corpus of `tools/make-turns.ts`, at even odds of pause and end, and sharpened. */
const weights = { none: -2.3, height: -1.8, moved: 1.8, fading: 0.2, lastVoice: 0.7, wavering: 3.4 } as const

/** 0 … 1; one half where the sound tells nothing. */
export function finishedness({ height, fading, lastVoice, wavering }: Prosody): number {
  const moved = within(height, -0.6, 0.6)
  const sum =
    weights.none +
    weights.height * moved +
    weights.moved * Math.abs(moved) +
    weights.fading * within(fading, 0, 25) +
    weights.lastVoice * (within(lastVoice, 0, 800) / 1000) +
    weights.wavering * within(wavering, 0, 0.4)
  return 1 / (1 + Math.exp(-sum))
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value))
