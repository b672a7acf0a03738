import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { createRecordingFile, mendRecording } from './recorder-file.ts'
import { createRecorder } from './recorder.ts'
import { readWav, wavHeader } from './wav.ts'

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'recorder-'))))
afterAll(() => rm(folder, { recursive: true }))

test('a recording is a WAV file that only its owner may read', async () => {
  const path = join(folder, 'call.wav')
  const clock = new VirtualClock()
  const recorder = createRecorder({ clock, file: await createRecordingFile(path) })
  for (let frame = 0; frame < 200; frame++) {
    clock.advance(20)
    recorder.caller.write(new Int16Array(160).fill(3))
  }
  await recorder.close()
  const wav = readWav(await readFile(path))
  expect(wav.rate).toBe(8000)
  expect(wav.channels.map((channel) => channel.length)).toEqual([32_000, 32_000])
  expect(wav.channels[0]!.every((sample) => sample === 3)).toBe(true)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a recording never replaces a file', async () => {
  const path = join(folder, 'once.wav')
  const file = await createRecordingFile(path)
  await file.close()
  await expect(createRecordingFile(path)).rejects.toThrow('EEXIST')
})

test('a file cut off by a crash is mended to its last whole frame', async () => {
  const path = join(folder, 'crashed.wav')
  const file = await createRecordingFile(path)
  await file.write(wavHeader({ rate: 8000, channels: 2, dataBytes: 40 }))
  await file.write(new Uint8Array(4000))
  await file.close()
  await truncate(path, 44 + 3999)
  expect(await mendRecording(path)).toBe(true)
  const bytes = await readFile(path)
  expect(bytes.readUInt32LE(40)).toBe(3996)
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
  expect(await mendRecording(path)).toBe(false)
})
