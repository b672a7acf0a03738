import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { realClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { Scope } from '../../../lib/scope.ts'
import type { PartHost } from '../../../spec/speech.ts'
import { localRecogniser, threadOf } from './index.ts'
import { loadMoonshine } from './moonshine.ts'

function hostOn(scope: Scope): PartHost {
  return { scope, clock: realClock, ids: seededIds('hearing'), stream: () => Promise.reject(new Error('no network')) }
}

const never = new AbortController().signal
const rumble = (seconds: number) =>
  Int16Array.from({ length: seconds * 16_000 }, (_, index) => 3000 * Math.sin(index / 25) * Math.sin(index / 991))

test('silence, clicks and rumble hold no words, and 45 seconds are taken in pieces', async () => {
  await using scope = new Scope('test')
  const recogniser = await localRecogniser.open(localRecogniser.settings.parse({}), hostOn(scope))
  const heard = (pcm: Int16Array) => recogniser.recognise(pcm, never)
  expect(await heard(new Int16Array(0))).toBe('')
  expect(await heard(new Int16Array(1000).fill(9000))).toBe('')
  expect(await heard(new Int16Array(32_000))).toBe('')
  expect((await heard(rumble(45))).length).toBeLessThan(45 * 7 * 4)
})

test('the samples stay the caller’s, an abort is felt at once, and calls share the thread', async () => {
  await using scope = new Scope('test')
  const host = hostOn(scope)
  const [one, two] = await Promise.all(
    [1, 2].map(async () => localRecogniser.open(localRecogniser.settings.parse({}), host)),
  )
  const pcm = rumble(1)
  const stop = new AbortController()
  const [running, waiting] = [one!.recognise(pcm, stop.signal), two!.recognise(pcm, never)]
  stop.abort(new Error('hung up'))
  await expect(running).rejects.toThrow('hung up')
  expect(pcm.length).toBe(16_000)
  expect(typeof (await waiting)).toBe('string')
  expect(threadOf(host)).toBe(threadOf(host))
})

test('recognition never holds up the main thread', async () => {
  await using scope = new Scope('test')
  const thread = threadOf(hostOn(scope))
  const ask = () => thread.ask({ pcm: rumble(5), silence: -50 })
  await ask()
  let turns = 0
  let busy = true
  const spin = () => {
    turns++
    if (busy) setImmediate(spin)
  }
  spin()
  const { ms } = await ask()
  busy = false
  expect(ms).toBeGreaterThan(10)
  expect(turns).toBeGreaterThan(100)
})

test('a missing model is named', async () => {
  await expect(loadMoonshine(pathToFileURL('/nowhere/'))).rejects.toThrow(
    'the speech model /nowhere/encoder_model.onnx cannot be loaded; run npm ci',
  )
})
