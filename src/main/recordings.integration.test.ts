import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import { readWav, writeWav } from '../media/wav.ts'
import { recordingFolder } from './recordings.ts'

test('a recording whose process died reads to its end again, and one that is whole is left alone', async () => {
  const path = await mkdtemp(join(tmpdir(), 'offhook-recordings-'))
  try {
    const folder = recordingFolder(path, new VirtualClock(), silentLogger)
    const sound = Int16Array.from({ length: 800 }, (_, index) => index)
    const whole = Buffer.from(writeWav({ rate: 8_000, channels: [sound, sound] }))
    const torn = Buffer.from(whole)
    torn.writeUInt32LE(400, 40) // the header of an earlier second
    await writeFile(folder.path('call_1.wav'), torn)
    expect(await folder.mend('call_1')).toBe(true)
    expect(readWav(await readFile(folder.path('call_1.wav'))).channels[0]).toEqual(sound)
    expect(await folder.mend('call_1')).toBe(false)
    expect(await folder.mend('call_2')).toBe(false)
  } finally {
    await rm(path, { recursive: true })
  }
})

test('only names of ours are read', async () => {
  const folder = recordingFolder('/nowhere', new VirtualClock(), silentLogger)
  expect(await folder.read('../secret.key')).toBeUndefined()
  expect(await folder.read('call_1.wav')).toBeUndefined()
})
