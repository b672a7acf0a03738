import { describe, expect, test } from 'vitest'
import { type Beep, beepDetector } from './beep.ts'
import { decodeUlaw, encodeUlaw } from './codecs/g711.ts'
import { beep, concat, dualTone, noise, overlay, silence, sine, sines } from './tones.ts'

const rate = 8000

function heardIn(sound: Int16Array, chunk = 160): readonly Beep[] {
  const heard: Beep[] = []
  const detector = beepDetector(rate, (one) => void heard.push(one))
  for (let at = 0; at < sound.length; at += chunk) detector.write(sound.subarray(at, at + chunk))
  detector.flush?.()
  return heard
}

const pause = silence({ rate, ms: 300 })
const around = (sound: Int16Array) => concat(pause, sound, pause)

describe('the beep detector', () => {
  test.each([400, 425, 800, 1000, 1400, 2000])('hears %i Hz once, when it has ended', (frequency) => {
    const [one, ...more] = heardIn(decodeUlaw(encodeUlaw(around(beep({ rate, frequency, ms: 400 })))))
    expect(more).toEqual([])
    expect(Math.abs(one!.frequency - frequency)).toBeLessThan(12)
    expect(one!.ms).toBeGreaterThanOrEqual(360)
    expect(one!.ms).toBeLessThanOrEqual(400)
  })

  test('says nothing before the end', () => {
    const heard: Beep[] = []
    const detector = beepDetector(rate, (one) => void heard.push(one))
    detector.write(beep({ rate, ms: 500 }))
    expect(heard).toEqual([])
    detector.write(pause)
    expect(heard).toHaveLength(1)
  })

  test('hears it through noise 15 dB below, and softly', () => {
    const sound = around(beep({ rate, ms: 300, level: -30 }))
    expect(heardIn(overlay(sound, noise(1, { rate, ms: 900, level: -45 })))).toHaveLength(1)
  })

  test('needs 120 ms', () => {
    expect(heardIn(around(beep({ rate, ms: 100 })))).toEqual([])
    expect(heardIn(around(beep({ rate, ms: 160 })))).toHaveLength(1)
  })

  test('two beeps are two', () => {
    const sound = concat(pause, beep({ rate, ms: 200 }), pause, beep({ rate, ms: 200 }), pause)
    expect(heardIn(sound, 37)).toHaveLength(2)
  })

  test.each([
    ['silence', silence({ rate, ms: 1000 })],
    ['noise', noise(3, { rate, ms: 2000 })],
    ['a steady chord', chord()],
    ['a tone below 400 Hz', sine(350, { rate, ms: 500 })],
    ['a tone above 2000 Hz', sine(2100, { rate, ms: 500 })],
    ['a ringing tone of two frequencies', dualTone(440, 480, { rate, ms: 2000 })],
    ['a keypad tone', dualTone(697, 1209, { rate, ms: 500 })],
    ['a voice: harmonics of a gliding pitch', voice()],
    ['a siren', siren()],
  ])('does not take %s for one', (_, sound) => {
    expect(heardIn(around(sound))).toEqual([])
  })
})

function chord(): Int16Array {
  const parts = [
    { frequency: 1000, level: -10 },
    { frequency: 3000, level: -16 },
  ]
  return sines(parts, { rate, ms: 600 })
}

function voice(): Int16Array {
  const parts = Array.from({ length: 40 }, (_, step) =>
    sines(
      Array.from({ length: 8 }, (_, harmonic) => ({
        frequency: (110 + 2 * step) * (harmonic + 1),
        level: -18 - 3 * harmonic,
      })),
      { rate, ms: 25 },
    ),
  )
  return concat(...parts)
}

function siren(): Int16Array {
  return Int16Array.from({ length: 16000 }, (_, index) => {
    const time = index / rate
    return 10000 * Math.sin(2 * Math.PI * (600 * time + 400 * time * time))
  })
}
