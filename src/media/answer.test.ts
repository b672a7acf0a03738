import { describe, expect, test } from 'vitest'
import { answerDetector, type Answer } from './answer.ts'
import { decodeUlaw, encodeUlaw } from './codecs/g711.ts'
import { beep, concat, noise, overlay, silence, sine, sines } from './tones.ts'

const rate = 8000

/** Syllables of changing pitch with short gaps, as a line carries them, over a little noise. */
function speech(ms: number): Int16Array {
  const parts: Int16Array[] = []
  for (let at = 0; at < ms; at += 180) {
    const pitch = 180 + ((at / 180) % 4) * 35
    const levels = [1, 2, 3, 5, 7].map((harmonic) => ({ frequency: pitch * harmonic, level: -18 - harmonic }))
    parts.push(sines(levels, { rate, ms: 130 }), silence({ rate, ms: 50 }))
  }
  return concat(...parts)
}

const pause = (ms: number) => silence({ rate, ms })

function heardIn(sound: Int16Array, chunk = 160): readonly Answer[] {
  const heard: Answer[] = []
  const detector = answerDetector(rate, (answer) => void heard.push(answer))
  const line = decodeUlaw(encodeUlaw(overlay(sound, noise(7, { rate, ms: (sound.length / rate) * 1000, level: -55 }))))
  for (let at = 0; at < line.length; at += chunk) detector.write(line.subarray(at, at + chunk))
  return heard
}

const told = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.type === 'decided' ? answer.result : `over: ${answer.why}`))

describe('the answer detector', () => {
  test.each([
    ['a word', 400],
    ['a name and a greeting', 1_500],
  ])('takes %s and waiting for a person', (_, ms) => {
    expect(told(heardIn(concat(pause(600), speech(ms), pause(2_500))))).toEqual(['human'])
  })

  test('takes two short words with a breath between them for a person', () => {
    expect(told(heardIn(concat(pause(300), speech(360), pause(500), speech(540), pause(2_000))))).toEqual(['human'])
  })

  test('takes who talks on for a machine, whose message ends with its beep', () => {
    const sound = concat(pause(500), speech(4_500), pause(700), beep({ rate, frequency: 1000, ms: 400 }), pause(1_000))
    expect(told(heardIn(sound))).toEqual(['machine', 'over: beep'])
  })

  test('takes a machine that never beeps at its word when it has been quiet', () => {
    expect(told(heardIn(concat(pause(500), speech(5_000), pause(4_000))))).toEqual(['machine', 'over: silence'])
  })

  test('takes a beep for a machine’s, however short the greeting', () => {
    const sound = concat(pause(400), speech(900), pause(300), beep({ rate, frequency: 850, ms: 300 }), pause(600))
    expect(told(heardIn(sound))).toEqual(['machine', 'over: beep'])
  })

  test('knows a fax by its tone, and says that it does not know who is silent', () => {
    expect(told(heardIn(concat(pause(800), sine(2_100, { rate, ms: 3_000 }), pause(500))))).toEqual(['fax'])
    expect(told(heardIn(pause(6_000)))).toEqual(['unknown'])
  })

  test('hears the same however the sound is cut', () => {
    const sound = concat(pause(500), speech(4_000), pause(600), beep({ rate, frequency: 1000, ms: 400 }), pause(900))
    for (const chunk of [1, 37, 160, 800, sound.length]) expect(heardIn(sound, chunk)).toEqual(heardIn(sound))
  })
})
