/** A recording on disk: made new, readable by its owner alone, and mended if the process that wrote it died. */
import { open, type FileHandle } from 'node:fs/promises'
import type { RecordingFile } from './recorder.ts'

/** Fails with EEXIST when there is such a file: a recording never replaces another. The folder must exist. */
export async function createRecordingFile(path: string): Promise<RecordingFile> {
  const file = await open(path, 'wx', 0o600)
  let end = 0
  return {
    async write(bytes) {
      await writeAll(file, bytes, end)
      end += bytes.length
    },
    patch: (bytes) => writeAll(file, bytes, 0),
    close: () => file.close(),
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Length of the header that `wavHeader` writes; the lengths in it stand at 4 (file − 8) and 40 (sound). */
const headerBytes = 44

/** Makes the header agree with the file's length. False when it did already, or when this is no recording of ours. */
export async function mendRecording(path: string): Promise<boolean> {
  const file = await open(path, 'r+')
  try {
    const header = Buffer.alloc(headerBytes)
    const { bytesRead } = await file.read(header, 0, headerBytes, 0)
    if (bytesRead < headerBytes || header.toString('latin1', 36, 40) !== 'data') return false
    const { size } = await file.stat()
    const frameBytes = header.readUInt16LE(32)
    const dataBytes = size - headerBytes - ((size - headerBytes) % Math.max(1, frameBytes))
    if (header.readUInt32LE(40) === dataBytes) return false
    header.writeUInt32LE(dataBytes + headerBytes - 8, 4)
    header.writeUInt32LE(dataBytes, 40)
    await file.truncate(headerBytes + dataBytes)
    await writeAll(file, header, 0)
    return true
  } finally {
    await file.close()
  }
}
