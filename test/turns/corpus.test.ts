/** The made callers, a few of them: they are what they are said to be, and our rule cuts fewer of them off than a plain silence. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTurnsPlan, runTurns } from '../../bench/turns.ts'
import { level } from '../../src/media/measure.ts'
import { writeWav } from '../../src/media/wav.ts'
import { makeCalls, rate, type CorpusCall } from '../../tools/make-turns.ts'

async function calls(seed: number, turns: number): Promise<readonly CorpusCall[]> {
  return Array.fromAsync(makeCalls(seed, turns))
}

test('calls are the same for the same seed, and their labels stand where the sound is', async () => {
  const [first, again, other] = await Promise.all([calls(5, 10), calls(5, 10), calls(6, 10)])
  expect(again).toEqual(first)
  expect(other[0]!.labels).not.toEqual(first[0]!.labels)
  const { pcm, labels } = first[0]!
  const loudness = (from: number, to: number) => level(pcm.subarray((from * rate) / 1000, (to * rate) / 1000))
  const all = [...labels.turns, ...(labels.overlaps ?? [])]
  expect(all).toHaveLength(10)
  for (const { from, to } of all) {
    expect(loudness(from, to)).toBeGreaterThan(loudness(to + 100, to + 1_000) + 10)
    expect(loudness(to - 200, to)).toBeGreaterThan(loudness(to + 100, to + 300) + 6)
  }
  for (const { from, to, words } of labels.turns) {
    expect(words!.every((word) => word.to > from && word.to <= to + 1)).toBe(true)
  }
})

test('our rule cuts off fewer turns than a plain silence, no later; and lets listeners hum', async () => {
  const found = await runTurns(readTurnsPlan(['--seed', '3', '--turns', '60']))
  const of = (rule: string, what: string) => found[`${rule}: ${what}`]!
  const [plain, sound, words] = ['plain silence of 500 ms', 'ours, sound alone', 'ours, words 300 ms late']
  expect(of(sound, 'false ends')).toBeLessThan(of(plain, 'false ends'))
  expect(of(words, 'false ends')).toBeLessThan(of(plain, 'false ends') / 2)
  expect(of(words, 'delay p50, ms')).toBeLessThan(of(plain, 'delay p50, ms') + 20)
  expect(of(sound, '… that stopped the agent')).toBeLessThan(of(plain, '… that stopped the agent'))
  expect(of(sound, '… that did not stop it')).toBe(0)
  // The detector's window, and 20 ms: whoever it is, the agent does not talk over them.
  expect(of(sound, '… last heard of it after p50, ms')).toBeLessThanOrEqual(116)
}, 120_000)

test('a folder of one’s own recordings is scored by its labels, which are refused when they say something else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-recordings-'))
  try {
    const [{ pcm, labels }] = (await calls(5, 3)) as [CorpusCall]
    await writeFile(join(folder, 'one.wav'), writeWav({ rate, channels: [pcm] }))
    await writeFile(join(folder, 'one.json'), JSON.stringify(labels))
    const found = await runTurns(readTurnsPlan(['--folder', folder]))
    expect(found['ours, sound alone: turns']).toBe(labels.turns.length)
    expect(found['ours, sound alone: ends not noticed']).toBe(0)
    await writeFile(join(folder, 'one.json'), JSON.stringify({ turns: [{ from: 'now' }] }))
    await expect(runTurns(readTurnsPlan(['--folder', folder]))).rejects.toThrow('one.json does not say what it should')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
