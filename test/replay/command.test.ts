/** `offhook call` keeps a call, `offhook replay` runs it again: with the local agent, whose models decide only once. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replayCall } from '../../src/calls/replay.ts'
import { readReplay } from '../../src/main/replays.ts'
import { readWav } from '../../src/media/wav.ts'
import { OffhookError } from '../../src/spec/errors.ts'
import { carriers } from './recorded.ts'

const program = fileURLToPath(new URL('../../bin/offhook.mjs', import.meta.url))
let folder: string
let file: string

function offhook(...words: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const env = { ...process.env, OFFHOOK_DATA_DIR: folder, OFFHOOK_REPLAY: 'on' }
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...words], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, text: out + err }),
    ),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-command-'))
  const made = await offhook('call', '--text', 'I would like to book a table for two', '--digits', '5')
  expect(made).toMatchObject({ code: 0 })
  const [name] = await readdir(join(folder, 'replays'))
  file = join(folder, 'replays', name!)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('offhook replay', () => {
  test('shows the call of the local agent again, says that it is identical, and writes what the caller heard', async () => {
    const out = join(folder, 'heard.wav')
    const { code, text } = await offhook('replay', file, '--out', out)
    expect(text).toMatch(/caller › .*book/i)
    expect(text).toMatch(/identical to the recorded call/)
    expect(code).toBe(0)
    const { rate, channels } = readWav(await readFile(out))
    expect(rate).toBe(8_000)
    expect(channels[0]!.length).toBeGreaterThan(4 * rate)
    expect(channels[0]!.some((sample) => Math.abs(sample) > 3_000)).toBe(true)
  })

  test('says where a changed file goes another way', async () => {
    const changed = join(folder, 'changed.jsonl')
    await writeFile(changed, (await readFile(file, 'utf8')).replace('"digit":"5"', '"digit":"6"'))
    const { code, text } = await offhook('replay', changed)
    expect(code).toBe(1)
    expect(text).toMatch(/went another way: event \d+ was\n.*"6"[^]*is now\n.*"5"/)
  })

  test('says in a sentence what is wrong, and nothing else', async () => {
    const { code, text } = await offhook('replay', join(folder, 'nothing'))
    expect(text).toMatch(/^offhook: ".*nothing" cannot be read: .*\n$/)
    expect(code).toBe(1)
  })
})

describe('a recording that is no good is refused by name', () => {
  test.each([
    ['nothing', () => undefined, /cannot be read/],
    ['an empty file', () => '', /is empty/],
    ['another kind of file', () => '{"hello": 1}\n', /is no recording of format/],
    [
      'a header without its call',
      (whole: string) => whole.replace(/"about":\{.*\}\}\n/, '"about":{}}\n'),
      /does not say which call/,
    ],
    ['a garbled line', (whole: string) => whole.replace('\n{"k":"effects"', '\n{"k":eff'), /line \d+: not an input/],
    ['a lost input', (whole: string) => whole.replace(/\n\{"k":"talk".*/, ''), /recording|way|again/],
    ['a gap', (whole: string) => whole.replace(/\n\{"k":"talk".*/, '\n{"k":"gap","t":1,"d":7}'), /a gap of 7 input/],
    ['an unknown input', (whole: string) => whole.replace('{"k":"talk"', '{"k":"song"'), /"song" that is not known/],
  ])('%s', async (name, garble, sentence) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.jsonl`)
    const text = garble(await readFile(file, 'utf8'))
    if (text !== undefined) await writeFile(path, text)
    const refused = await readReplay(path)
      .then((replay) => replayCall({ ...replay, carriers }))
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(refused).toBeInstanceOf(OffhookError)
    expect(refused).toMatchObject({ message: expect.stringMatching(sentence) })
  })
})
