import { expect, test } from 'vitest'
import { realClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { Scope } from '../../../lib/scope.ts'
import type { PartHost } from '../../../spec/speech.ts'
import { loadFlite } from './flite.ts'
import { localSpeaker } from './index.ts'

function hostOn(scope: Scope): PartHost {
  return { scope, clock: realClock, ids: seededIds('speech'), stream: () => Promise.reject(new Error('no network')) }
}

const seconds = (pieces: readonly Int16Array[]) => pieces.reduce((sum, pcm) => sum + pcm.length, 0) / 16_000
const never = new AbortController().signal

test('speaks each sentence as a piece, begins within 60 ms of sound, and is silent for empty text', async () => {
  await using scope = new Scope('test')
  const speaker = await localSpeaker.open(localSpeaker.settings.parse({}), hostOn(scope))
  const pieces = await Array.fromAsync(speaker.speak('Hello there. Can I help you?', never))
  expect(pieces).toHaveLength(2)
  expect(seconds(pieces)).toBeGreaterThan(1)
  expect(seconds(pieces)).toBeLessThan(4)
  expect(pieces[0]!.findIndex((sample) => Math.abs(sample) > 300)).toBeLessThan(960)
  expect(await Array.fromAsync(speaker.speak('', never))).toEqual([])
})

test('voices differ, speed shortens, and every call shares the thread', async () => {
  await using scope = new Scope('test')
  const host = hostOn(scope)
  const say = async (settings: object) => {
    const speaker = await localSpeaker.open(localSpeaker.settings.parse(settings), host)
    return seconds(await Array.fromAsync(speaker.speak('We are open from nine to five.', never)))
  }
  const [rms, fast, slt] = await Promise.all([say({}), say({ speed: 1.4 }), say({ voice: 'slt' })])
  expect(fast).toBeLessThan(rms * 0.8)
  expect(slt).not.toBe(rms)
})

test('synthesis never holds up the main thread', async () => {
  await using scope = new Scope('test')
  const speaker = await localSpeaker.open(localSpeaker.settings.parse({}), hostOn(scope))
  let turns = 0
  let speaking = true
  const spin = () => {
    turns++
    if (speaking) setImmediate(spin)
  }
  spin()
  await Array.fromAsync(speaker.speak('This sentence takes a while to make, and the loop goes on turning.', never))
  speaking = false
  expect(turns).toBeGreaterThan(100)
})

test('a missing synthesiser is named', async () => {
  await expect(loadFlite('/nowhere/flite.wasm')).rejects.toThrow(
    'the speech synthesiser at /nowhere/flite.wasm cannot be loaded; run npm ci',
  )
})
