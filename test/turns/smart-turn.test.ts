/** A user's own model for ends of turns: loaded, asked, and refused with a sentence when it is not one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { noise, silence } from '../../src/media/tones.ts'
import { smartTurns } from '../../src/media/vad/smart-turn.ts'
import { until } from '../e2e/until.ts'
import { meanModel } from './onnx.ts'

const scope = new Scope('smart turn')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-turns-'))
})
afterAll(async () => {
  await scope.close()
  await rm(folder, { recursive: true, force: true })
})

async function file(bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, `${Math.floor(realClock.monotonic() * 1000)}.onnx`)
  await writeFile(path, bytes)
  return path
}

function load(path: string) {
  return smartTurns({ path, scope, clock: realClock, failed: (message) => void problems.push(message) })
}
const problems: string[] = []

test.each([
  ['that looks at mel', [1, 80, 800]],
  ['that hears the sound', [1, 128_000]],
])('a model %s judges what was said last, in its thread', async (_, shape) => {
  const detector = await load(await file(meanModel(shape)))
  const verdicts = async (pcm: Int16Array) => {
    using ear = detector.open(8000)
    const told: number[] = []
    for (let at = 0; at < pcm.length; at += 160) ear.write(pcm.subarray(at, at + 160))
    ear.judge(1_000, (finished) => told.push(finished))
    await until('a verdict', () => told.length > 0)
    return told.at(-1)!
  }
  const quiet = await verdicts(silence({ rate: 8000, ms: 9_000 }))
  const loud = await verdicts(noise(1, { rate: 8000, ms: 9_000, level: -10 }))
  // The mean of a silent picture is −1.5; that of sound itself is always 0.
  expect(quiet).toBeCloseTo(shape.length === 3 ? 1 / (1 + Math.exp(1.5)) : 0.5, 3)
  if (shape.length === 3) expect(loud).toBeGreaterThan(quiet + 0.1)
  expect(problems).toEqual([])
})

test.each<[string, () => Promise<string>, RegExp]>([
  [
    'is not there',
    async () => join(folder, 'nothing.onnx'),
    /OFFHOOK_SMART_TURN: .*nothing\.onnx cannot be used: .*ENOENT/,
  ],
  ['is no model', () => file('hello'), /OFFHOOK_SMART_TURN: .* cannot be used/],
  [
    'takes something else',
    () => file(meanModel([1, 40, 100])),
    /it takes \[1, 40, 100\]; known are \[1, 80, 800\] and \[1, 128000\]/,
  ],
  [
    'answers with no probability',
    () => file(meanModel([1, 80, 800], { sigmoid: false })),
    /a probability from 0 to 1, not with -1\.5/,
  ],
])('a file that %s is refused at start, and says why', async (_, path, message) => {
  await expect(load(await path())).rejects.toThrow(message)
})
