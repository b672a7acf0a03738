import { expect, test } from 'vitest'
import { prosodyOf } from './prosody.ts'
import { concat, noise, silence } from './tones.ts'
import { finishedness } from './vad/melody.ts'

const rate = 8_000

/** A buzz with overtones whose pitch and loudness run in straight lines between the given points. */
function voice(
  ms: number,
  pitch: readonly [number, number],
  decibels: readonly [number, number] = [-15, -15],
): Int16Array {
  const length = (rate * ms) / 1000
  let phase = 0
  return Int16Array.from({ length }, (_, index) => {
    const share = index / length
    phase += (pitch[0] + (pitch[1] - pitch[0]) * share) / rate
    const loudness = 32767 * 10 ** ((decibels[0] + (decibels[1] - decibels[0]) * share) / 20)
    let sum = 0
    for (let overtone = 1; overtone <= 6; overtone++) sum += Math.sin(2 * Math.PI * phase * overtone) / overtone
    return (sum / 2) * loudness
  })
}

const pause = silence({ rate, ms: 200 })

test.each([90, 120, 210, 320])('hears a voice of %i Hz that stays where it is', (pitch) => {
  const found = prosodyOf(concat(voice(900, [pitch, pitch]), pause), rate)!
  expect(Math.abs(found.height)).toBeLessThan(0.03)
  expect(Math.abs(found.slope)).toBeLessThan(0.2)
  expect(found.fading).toBeLessThan(1.5)
  expect(found.lastVoice).toBeGreaterThan(780)
})

test('hears it fall, rise and fade at the end', () => {
  const fallen = prosodyOf(concat(voice(700, [150, 150]), voice(200, [150, 105], [-15, -24]), pause), rate)!
  expect(fallen.height).toBeLessThan(-0.25)
  expect(fallen.slope).toBeLessThan(-1.5)
  expect(fallen.fading).toBeGreaterThan(5)
  const risen = prosodyOf(concat(voice(700, [150, 150]), voice(200, [150, 200]), pause), rate)!
  expect(risen.height).toBeGreaterThan(0.2)
  expect(finishedness(fallen)).toBeGreaterThan(0.7)
  expect(finishedness(fallen)).toBeGreaterThan(finishedness(risen) + 0.2)
})

test('a voice that stops level and loud in the middle of a phrase does not sound finished', () => {
  const level = prosodyOf(concat(voice(900, [150, 152]), pause), rate)!
  expect(finishedness(level)).toBeLessThan(0.35)
})

test('hears the same at 16 kHz and in noise, and tells nothing of sounds without a voice', () => {
  const said = concat(voice(700, [150, 150]), voice(200, [150, 105]), pause)
  const twice = Int16Array.from({ length: said.length * 2 }, (_, index) => said[index >> 1]!)
  const there = prosodyOf(twice, 16_000)!
  expect(Math.abs(there.height - prosodyOf(said, rate)!.height)).toBeLessThan(0.05)
  expect(prosodyOf(noise(5, { rate, ms: 1_000, level: -20 }), rate)).toBeUndefined()
  expect(prosodyOf(pause, rate)).toBeUndefined()
  expect(prosodyOf(new Int16Array(0), rate)).toBeUndefined()
})
