import { describe, expect, test } from 'vitest'
import { energyGate } from './energy.ts'
import { concat, noise, overlay, silence, sines } from './tones.ts'

const rate = 8000

/** The changes with the milliseconds at which they were told. */
function changesIn(sound: Int16Array, chunk = 160): readonly (readonly [number, 'speech' | 'pause'])[] {
  const changes: (readonly [number, 'speech' | 'pause'])[] = []
  let written = 0
  const gate = energyGate(
    rate,
    (speaking) => void changes.push([Math.round((written * 1000) / rate), speaking ? 'speech' : 'pause']),
  )
  for (let at = 0; at < sound.length; at += chunk) {
    written = Math.min(sound.length, at + chunk)
    gate.write(sound.subarray(at, at + chunk))
  }
  return changes
}

/** A vowel: harmonics of 120 Hz. */
const vowel = (ms: number, level = -24) =>
  sines(
    Array.from({ length: 10 }, (_, harmonic) => ({ frequency: 120 * (harmonic + 1), level: level - 2 * harmonic })),
    { rate, ms },
  )
const hush = (ms: number) => silence({ rate, ms })

describe('the energy gate', () => {
  test('tells the start after 60 ms of speech and the end after 300 ms of quiet', () => {
    expect(changesIn(concat(hush(1000), vowel(500), hush(1000)))).toEqual([
      [1060, 'speech'],
      [1800, 'pause'],
    ])
  })

  test('says the same whatever the chunks', () => {
    const sound = concat(hush(1000), vowel(500), hush(1000))
    expect(changesIn(sound, 37).map(([, what]) => what)).toEqual(['speech', 'pause'])
    expect(changesIn(sound, 1000).map(([, what]) => what)).toEqual(['speech', 'pause'])
  })

  test('a gap between words is no end, a click is no start', () => {
    expect(changesIn(concat(hush(500), vowel(300), hush(200), vowel(300), hush(200)))).toEqual([[560, 'speech']])
    expect(changesIn(concat(hush(500), vowel(30), hush(500)))).toEqual([])
  })

  test('steady noise becomes the floor: only what stands above it is speech', () => {
    const street = noise(1, { rate, ms: 6000, level: -42 })
    expect(changesIn(street)).toEqual([])
    const spoken = overlay(street, concat(hush(4000), vowel(600, -22)))
    expect(changesIn(spoken)).toEqual([
      [4060, 'speech'],
      [4900, 'pause'],
    ])
  })

  test('when the noise ends, softer speech is heard', () => {
    const sound = concat(noise(5, { rate, ms: 1000, level: -46 }), hush(1000), vowel(500, -42))
    expect(changesIn(sound)).toEqual([[2060, 'speech']])
  })

  test('a call that begins with speech is heard to do so', () => {
    expect(changesIn(concat(vowel(500), hush(500)))[0]).toEqual([60, 'speech'])
  })

  test('noise that comes and stays is taken for speech for a while, then for the floor', () => {
    const changes = changesIn(concat(hush(1000), noise(2, { rate, ms: 20_000, level: -40 })))
    expect(changes.map(([, what]) => what)).toEqual(['speech', 'pause'])
  })

  test('a line that is only hissing is quiet, also after total silence', () => {
    expect(changesIn(concat(hush(2000), noise(3, { rate, ms: 2000, level: -58 })))).toEqual([])
  })

  test('the end of the sound ends the speech', () => {
    const changes: boolean[] = []
    const gate = energyGate(rate, (speaking) => void changes.push(speaking))
    gate.write(vowel(200))
    expect([gate.speaking, gate.floor > -71 && gate.floor < -30]).toEqual([true, true])
    gate.flush?.()
    gate.flush?.()
    expect(changes).toEqual([true, false])
  })

  test('thresholds may be set', () => {
    const changes: boolean[] = []
    const gate = energyGate(rate, (speaking) => void changes.push(speaking), { attack: 20, release: 40, quietest: -20 })
    gate.write(concat(hush(100), vowel(100, -30), vowel(20, -12), hush(40)))
    expect(changes).toEqual([true, false])
  })
})
