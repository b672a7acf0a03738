/** What the simulated callers say: noise that can be recognised anywhere, or speech two fifths of the time. */
import { encodeMulaw, type Phone } from '../simulators/index.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { Scope } from '../src/lib/scope.ts'
import { ownProviders } from '../src/main/providers.ts'
import { telephoneVoice } from '../src/main/voice.ts'
import { level } from '../src/media/measure.ts'
import { concat, noise, overlay, silence } from '../src/media/tones.ts'
import { writeStamp } from './stamp.ts'

const rate = 8000
export const frameLength = 160
export const frameMs = 20

export interface Tape {
  /** Whole frames at 8 kHz, as the line will carry them. */
  readonly pcm: Int16Array
  readonly bytes: Uint8Array
  /** Frames in which somebody begins to speak. */
  readonly onsets: ReadonlySet<number>
}

/** Never the same twice in `ms`. */
export function noiseTape(ms: number): Tape {
  return tapeOf(noise(7, { rate, ms: Math.ceil(ms / frameMs) * frameMs, level: -18 }), [])
}

const sentences = [
  'I would like to book a table for two on Friday evening.',
  'Can you tell me your opening hours, please?',
  'My name is Miller, and the number is four seven one nine.',
  'No, not on Friday. Make it Saturday at a quarter past eight.',
  'Could you put me through to somebody in the kitchen?',
  'Good morning, do you have a table by the window?',
]
/** Silence after each sentence, as a share of its length: the caller speaks two fifths of the time. */
const pause = 1.5
/** What a quiet line carries, dBFS. */
const lineNoise = -62

export async function speechTape(): Promise<Tape> {
  await using scope = new Scope('callers')
  const stream = () => Promise.reject(new Error('the built-in voice needs no network'))
  const voice = telephoneVoice(ownProviders.speakers, { scope, clock: realClock, ids: randomIds, stream })
  const parts: Int16Array[] = []
  const onsets: number[] = []
  let length = 0
  for (const sentence of sentences) {
    const said = spokenPart(await voice(sentence))
    onsets.push(length)
    const whole = concat(said, silence({ rate, ms: Math.ceil((said.length * pause) / frameLength) * frameMs }))
    const framed = whole.subarray(0, Math.floor(whole.length / frameLength) * frameLength)
    parts.push(framed)
    length += framed.length
  }
  const hiss = noise(11, { rate, ms: (length * 1000) / rate, level: lineNoise })
  return tapeOf(overlay(concat(...parts), hiss), onsets)
}

/** From the first sound to the last: the voice's own silence at both ends would blur the onset. */
function spokenPart(pcm: Int16Array): Int16Array {
  const block = rate / 200
  const audible = (at: number) => level(pcm.subarray(at, at + block)) > -42
  let from = 0
  while (from < pcm.length && !audible(from)) from += block
  let to = pcm.length - (pcm.length % block)
  while (to > from && !audible(to - block)) to -= block
  return pcm.slice(from, to)
}

function tapeOf(pcm: Int16Array, onsets: readonly number[]): Tape {
  const frames = new Set(onsets.map((sample) => Math.floor(sample / frameLength)))
  return { pcm, bytes: encodeMulaw(pcm), onsets: frames }
}

/** Where on the tape a caller begins, in frames: speech begins elsewhere for everybody; noise is known by its place. */
export function offsetOf(call: number, tape: Tape): number {
  return tape.onsets.size > 0 ? call * 37 : 0
}

export interface Speaking {
  /** From 1. */
  readonly call: number
  readonly tape: Tape
}

/** Says the tape over and over, each frame stamped, until the call is over. */
export async function speak(phone: Phone, { call, tape }: Speaking): Promise<void> {
  const offset = offsetOf(call, tape)
  const frames = tape.bytes.length / frameLength
  /** Prepared a second at a time. */
  const batch = 1000 / frameMs
  for (let frame = 0; ; frame += batch) {
    const sound = new Uint8Array(batch * frameLength)
    for (let index = 0; index < batch; index++) {
      const at = ((frame + index + offset) % frames) * frameLength
      const own = sound.subarray(index * frameLength, (index + 1) * frameLength)
      own.set(tape.bytes.subarray(at, at + frameLength))
      writeStamp(own, { call, frame: frame + index })
    }
    await phone.say(sound)
  }
}
