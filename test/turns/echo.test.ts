/** Spoken sentences on a line that gives the agent's sound back: what is its own is known, and no caller is ever taken for it. */
import { beforeAll, expect, test } from 'vitest'
import { EchoGuard } from '../../src/conversation/echo.ts'
import { decodeUlaw, encodeUlaw } from '../../src/media/codecs/g711.ts'
import { resampled } from '../../src/media/resample.ts'
import { noise, overlay } from '../../src/media/tones.ts'
import { loadFlite, voices } from '../../src/providers/tts/local/flite.ts'

const rate = 8_000
const sentences = [
  'I have put you down for eight on Friday evening, at the table by the window.',
  'No, wait a moment, that is not what I asked you for.',
  'Our opening hours are from nine in the morning until six in the evening.',
]
let said: readonly Int16Array[]

beforeAll(async () => {
  const flite = await loadFlite()
  const made = sentences.flatMap((text) =>
    voices.map(async (voice) => resampled(await flite.synthesize({ text, voice, speed: 1 }), 16_000, rate)),
  )
  said = await Promise.all(made)
})

/** The share of moments at which `line`, heard while the agent says `agent`, is taken for an echo. */
function share(agent: Int16Array, line: Int16Array, ms: number): number {
  const guard = new EchoGuard()
  guard.say(agent, rate, 0, 0)
  let [judged, echoes] = [0, 0]
  const end = Math.min(agent.length, line.length, 3 * rate)
  for (let at = 0; at + 160 <= end; at += 160) {
    const pcm = line.subarray(at, at + 160)
    guard.hear(pcm, rate)
    const now = (at + 160) / 8
    // A detector would not have started in a pause.
    const loud = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) > 600
    if (now < 600 || now % 100 !== 0 || !loud) continue
    judged++
    if (guard.isEcho(ms, now)) echoes++
  }
  return echoes / judged
}

/** Come back `delayMs` later, `decibels` softer, through a codec, dulled by a far end's loudspeaker, with a little noise. */
function echoOf(pcm: Int16Array, delayMs: number, decibels: number): Int16Array {
  const out = new Int16Array(pcm.length)
  const factor = 10 ** (decibels / 20)
  for (let at = (delayMs * rate) / 1000 + 2; at < out.length; at++) {
    const from = at - (delayMs * rate) / 1000
    out[at] = factor * (0.6 * pcm[from]! + 0.3 * pcm[from - 1]! + 0.25 * (pcm[from - 2] ?? 0))
  }
  const hiss = noise(9, { rate, ms: pcm.length / 8, level: -58 })
  return decodeUlaw(encodeUlaw(overlay(out, hiss)))
}

test.each([
  [40, -6],
  [150, -12],
  [300, -16],
  [520, -12],
])('an echo of %i ms at %i dB is known, at first mostly, and then nearly always', (delay, decibels) => {
  for (const pcm of said) {
    const line = echoOf(pcm, delay, decibels)
    expect(share(pcm, line, 120)).toBeGreaterThan(0.8)
    expect(share(pcm, line, 400)).toBeGreaterThan(0.9)
  }
})

test('a caller is not taken for an echo, whatever their voice', () => {
  let [sum, count] = [0, 0]
  for (const [index, agent] of said.entries())
    for (const step of [1, 2, 3, 6]) {
      const caller = said[(index + step) % said.length]!
      for (const ms of [120, 400]) {
        sum += share(agent, caller, ms)
        count++
      }
    }
  expect(sum / count).toBeLessThan(0.01)
})

test('nor is one who speaks over the echo', () => {
  for (const [index, agent] of said.entries()) {
    const caller = said[(index + 5) % said.length]!
    const line = overlay(echoOf(agent, 150, -18).subarray(0, caller.length), caller.subarray(0, agent.length))
    expect(share(agent, line, 400)).toBeLessThan(0.15)
  }
})
