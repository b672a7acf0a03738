/**
 * Tells people from answering machines by how they answer, for lines whose carrier does not: a person says a word or two and
 * waits; a machine talks on, and then beeps or falls silent; a fax answers with its tone.
 */
import type { AudioSink } from '../spec/audio.ts'
import { beepDetector } from './beep.ts'
import { power, rms } from './measure.ts'
import { energyVad } from './vad/energy.ts'

export type Answer =
  | { readonly type: 'decided'; readonly result: 'human' | 'machine' | 'fax' | 'unknown'; readonly why: string }
  /** Of a machine: a message may be left now. */
  | { readonly type: 'message-ended'; readonly why: 'beep' | 'silence' }

/** ms of sound. */
const answerLimits = {
  /** Nobody said anything. */
  silence: 4_000,
  /** A person's greeting is shorter… */
  greeting: 2_400,
  /** …and followed by so much waiting. */
  waiting: 800,
  /** Shorter tones are somebody's music, or a vowel. */
  beep: 180,
  /** A fax's answer tone lasts 2.6 to 4 s (ITU-T T.30 clause 4.1.2). */
  fax: 1_000,
  /** After a machine's last word, should it not beep. */
  messageEnd: 2_000,
} as const

const blockMs = 20
const faxTone = 2_100
/** Quieter is a gap between words. */
const hangover = 200

export function answerDetector(rate: number, heard: (answer: Answer) => void): AudioSink {
  const block = new Int16Array((rate * blockMs) / 1_000)
  const voice = energyVad(rate, hangover)
  let held = 0
  let now = 0
  let began: number | undefined
  let ended: number | undefined
  let toneMs = 0
  let decided: 'machine' | 'other' | undefined
  let over = false

  const decide = (result: 'human' | 'machine' | 'fax' | 'unknown', why: string): void => {
    decided = result === 'machine' ? 'machine' : 'other'
    over = result !== 'machine'
    heard({ type: 'decided', result, why })
  }
  const finish = (why: 'beep' | 'silence'): void => {
    over = true
    heard({ type: 'message-ended', why })
  }
  const beep = beepDetector(rate, ({ ms }) => {
    if (over || ms < answerLimits.beep) return
    if (!decided) decide('machine', 'it beeped')
    finish('beep')
  })
  voice.listen(({ type, atMs }) => {
    if (type === 'started') {
      began ??= atMs
      ended = undefined
    } else ended = atMs
  })
  const advance = (): void => {
    now += blockMs
    voice.write(block)
    beep.write(block)
    toneMs = isFaxTone(block, rate) ? toneMs + blockMs : 0
    if (over) return
    if (decided === 'machine') {
      if (ended !== undefined && now - ended >= answerLimits.messageEnd) finish('silence')
    } else if (toneMs >= answerLimits.fax) decide('fax', 'it sounds the answer tone of a fax')
    else if (began === undefined) {
      if (now >= answerLimits.silence) decide('unknown', `nobody spoke for ${answerLimits.silence} ms`)
    } else if ((ended ?? now) - began > answerLimits.greeting) decide('machine', 'it talks on')
    else if (ended !== undefined && now - ended >= answerLimits.waiting)
      decide('human', `a greeting of ${Math.round(ended - began)} ms, then waiting`)
  }
  return {
    rate,
    write(pcm) {
      if (over) return
      for (const sample of pcm) {
        block[held++] = sample
        if (held < block.length) continue
        held = 0
        advance()
      }
    },
    toString: () => 'answer detector',
  }
}

function isFaxTone(block: Int16Array, rate: number): boolean {
  const loudness = rms(block)
  return loudness > 100 && power(block, faxTone, rate) >= 0.8 * loudness ** 2
}
