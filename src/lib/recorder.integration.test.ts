/** Recordings on disk: batches, bounds, faults, and what must not be in them. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { VirtualClock } from './clock.ts'
import { memoryLogger } from './log.ts'
import type { RecorderOptions } from './recorder.ts'
import { createRecorder } from './recorder.ts'
import { readHeader, readRecording } from './recording.ts'
import { redactHeaders, redactUrl } from './redact.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'offhook-recorder-'))))
afterEach(() => rm(folder, { recursive: true }))

function recorder(options: Partial<RecorderOptions> = {}) {
  const clock = new VirtualClock()
  const log = memoryLogger()
  const path = join(folder, 'calls', 'call_1.jsonl')
  return { clock, log, path, recorder: createRecorder({ path, call: 'call_1', clock, log, ...options }) }
}

const read = (path: string) => Array.fromAsync(readRecording(path))

describe('a recording', () => {
  test('gives back every input in order, bytes as they were', async () => {
    const { recorder: kept, path } = recorder({ about: { carrier: 'twilio' } })
    const frame = Uint8Array.from({ length: 160 }, (_, at) => at)
    kept.input('webhook', { event: 'initiated', list: [1, 'ü'] }, { time: 0.25 })
    kept.input('wire', frame, { time: 20, frame: 1 })
    frame.fill(0)
    kept.input('timer', 3, { time: 20.5 })
    await kept.close()
    expect(await readHeader(path)).toEqual({
      call: 'call_1',
      wall: Date.UTC(2026, 0, 1),
      monotonic: 0,
      about: { carrier: 'twilio' },
    })
    expect(await read(path)).toEqual([
      { kind: 'webhook', data: { event: 'initiated', list: [1, 'ü'] }, time: 0.25 },
      { kind: 'wire', data: Uint8Array.from({ length: 160 }, (_, at) => at), time: 20, frame: 1 },
      { kind: 'timer', data: 3, time: 20.5 },
    ])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('is written in batches, not by input', async () => {
    const { recorder: kept, path, clock } = recorder({ batchEvery: 200 })
    for (let at = 0; at < 10; at++) kept.input('wire', at, { time: at })
    clock.advance(199)
    await expect(stat(path)).rejects.toThrow('ENOENT')
    expect(clock.pending).toBe(1)
    clock.advance(1)
    await expect.poll(() => read(path).catch(() => [])).toHaveLength(10)
    kept.input('wire', 10, { time: 10 })
    await kept.close()
    expect(await read(path)).toHaveLength(11)
    expect(clock.pending).toBe(0)
  })

  test('of a call without inputs has its header', async () => {
    const { recorder: kept, path } = recorder()
    await kept.close()
    await kept[Symbol.asyncDispose]()
    expect(await read(path)).toEqual([])
  })

  test('holds no token, no authorization and no signature of what was redacted', async () => {
    const { recorder: kept, path } = recorder()
    const headers = {
      authorization: 'Basic c2VjcmV0',
      'x-twilio-signature': 'c2VjcmV0',
      cookie: 'id=c2VjcmV0',
      host: 'h.example',
    }
    const url = redactUrl('https://user:c2VjcmV0@h.example/media/c2VjcmV0?token=c2VjcmV0')
    kept.input('webhook', { url, headers: redactHeaders(headers) }, { time: 0 })
    await kept.close()
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain('c2VjcmV0')
    expect(text).toContain('"host":"h.example"')
  })
})

describe('bounds', () => {
  test('what outgrows the batch is dropped, counted, and leaves a mark where it was', async () => {
    const { recorder: kept, path, clock } = recorder({ maxPending: 3 })
    for (let at = 0; at < 5; at++) kept.input('wire', at, { time: at })
    clock.advance(200)
    kept.input('wire', 5, { time: 300 })
    await kept.close()
    expect(kept.dropped).toBe(2)
    // Losses are known only when the next batch is made, so the mark stands at its head.
    expect((await read(path)).map(({ kind, data }) => [kind, data])).toEqual([
      ['gap', 2],
      ['wire', 0],
      ['wire', 1],
      ['wire', 2],
      ['wire', 5],
    ])
  })

  test('a disk that does not keep up costs inputs, not memory', async () => {
    const { recorder: kept, path, clock } = recorder({ maxUnwritten: 10_000 })
    for (let batch = 0; batch < 20; batch++) {
      for (let at = 0; at < 10; at++) kept.input('wire', new Uint8Array(160), { time: batch })
      clock.advance(200)
    }
    await kept.close()
    const kinds = await read(path)
    expect(kept.dropped).toBeGreaterThan(100)
    expect(kinds.filter(({ kind }) => kind === 'wire').length + kept.dropped).toBe(200)
  })

  test('a full file ends with a mark and takes nothing more', async () => {
    const { recorder: kept, path } = recorder({ maxBytes: 1000 })
    for (let at = 0; at < 10; at++) kept.input('wire', 'x'.repeat(200), { time: at })
    await kept.close()
    const inputs = await read(path)
    expect(inputs.map(({ kind }) => kind)).toEqual(['wire', 'wire', 'wire', 'gap'])
    expect(kept.dropped).toBe(7)
    expect((await stat(path)).size).toBeLessThan(1100)
  })

  test('after closing inputs are counted, not kept', async () => {
    const { recorder: kept, path, clock } = recorder()
    await kept.close()
    kept.input('wire', 1, { time: 1 })
    expect([kept.dropped, clock.pending, await read(path)]).toEqual([1, 0, []])
  })
})

describe('faults', () => {
  test('a disk that fails is told once, and the call goes on', async () => {
    await writeFile(join(folder, 'calls'), 'a file where the folder should be')
    const { recorder: kept, clock, log } = recorder()
    for (let at = 0; at < 20; at++) {
      kept.input('wire', at, { time: at })
      clock.advance(200)
      // Batches are made while the disk has not answered yet, and after it has.
      await Promise.resolve()
    }
    await kept.close()
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'recording stopped' }])
    expect(kept.dropped).toBe(20)
  })

  test('a second recording of one call does not overwrite the first', async () => {
    const first = recorder()
    first.recorder.input('wire', 1, { time: 1 })
    await first.recorder.close()
    const second = recorder()
    second.recorder.input('wire', 2, { time: 2 })
    await second.recorder.close()
    expect(second.log.lines).toHaveLength(1)
    expect(await read(first.path)).toMatchObject([{ data: 1 }])
  })

  test('a last line torn by a crash is left out, a torn line in the middle is an error', async () => {
    const { recorder: kept, path } = recorder()
    kept.input('wire', 1, { time: 1 })
    kept.input('wire', 2, { time: 2 })
    await kept.close()
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.slice(0, -10))
    expect(await read(path)).toMatchObject([{ data: 1 }])
    await writeFile(path, `${text}garbage\n${text.split('\n')[1]}\n`)
    await expect(read(path)).rejects.toMatchObject({
      code: 'recording.invalid',
      message: `${path}, line 4: not an input`,
    })
  })

  test.each([
    '',
    '{}\n',
    '[]\n',
    '{"format":"offhook-recording","version":2,"call":"c","wall":1,"monotonic":1}\n',
    'RIFF\n',
  ])('the file %j is refused by name', async (text) => {
    const path = join(folder, 'other')
    await writeFile(path, text)
    await expect(readHeader(path)).rejects.toMatchObject({ code: 'recording.invalid' })
    await expect(read(path)).rejects.toMatchObject({ code: 'recording.invalid' })
  })
})
