/** Gives the end of what the built-in voice says the melody that people give it: the voice itself ends everything alike. */
import type { Random } from './turn-script.ts'

/** Where in a line the sound ends. */
export type Place = 'within' | 'statement' | 'question'

/**
 * How often the pitch falls, stays and rises at such an end. Phonetics knows these as final lowering, continuation and question rise; it knows
 * too that people keep to none of them, so each place has all three.
 */
const habits = {
  within: { fall: 0.15, rise: 0.35 },
  statement: { fall: 0.75, rise: 0.05 },
  question: { fall: 0.3, rise: 0.6 },
} as const

/** Ms at the end that the melody moves over. */
const stretch = 350
/** Octaves of a movement, least and most. */
const movement = { least: 0.15, most: 0.45 }

/** The sound with its pitch moved at its end, and a little softer where it is final. */
export function intone(pcm: Int16Array, rate: number, place: Place, random: Random): Int16Array {
  const { fall, rise } = habits[place]
  const drawn = random()
  const octaves = movement.least + random() * (movement.most - movement.least)
  const to = drawn < fall ? -octaves : drawn > 1 - rise ? octaves : (random() - 0.5) * 0.1
  const fade = (place === 'within' ? 0 : 3) + random() * 3
  const from = Math.max(0, pcm.length - (stretch * rate) / 1000)
  const length = pcm.length - from
  const out = [...pcm.subarray(0, from)]
  // Played slower it is lower: the way through the sound is as fast as its pitch.
  for (let at = 0; at < length - 1;) {
    const share = at / length
    const here = from + Math.floor(at)
    const between = at % 1
    const sample = pcm[here]! * (1 - between) + (pcm[here + 1] ?? 0) * between
    out.push(sample * 10 ** ((-fade * share) / 20))
    at += 2 ** (to * Math.min(1, share * 1.3))
  }
  return Int16Array.from(out)
}
