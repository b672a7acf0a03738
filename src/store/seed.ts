/** A freshly made database, packed: unpacking it takes a tenth of making one. Built by `tools/make-seed.ts`. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { brotliDecompress } from 'node:zlib'

export const seedFile = fileURLToPath(new URL('./seed.tar.br', import.meta.url))

export interface ArchiveEntry {
  readonly path: string
  readonly folder: boolean
  readonly bytes: Uint8Array
}

/** More than the archive has: unpacked in one piece it takes half the time that pieces of 16 kB take. */
const chunkSize = 24 * 2 ** 20

/** The tar archive. */
export async function seedArchive(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(brotliDecompress)(await readFile(seedFile), { chunkSize }))
}

/** Unpacks beside and renames: a start that is killed half-way leaves no half database. */
export async function plantSeed(folder: string): Promise<void> {
  const growing = `${folder}.growing`
  await rm(growing, { recursive: true, force: true })
  await mkdir(growing, { recursive: true, mode: 0o700 })
  for (const { path, folder, bytes } of entriesOf(await seedArchive())) {
    const target = join(growing, path)
    if (folder) await mkdir(target, { recursive: true, mode: 0o700 })
    else await writeInto(target, bytes)
  }
  await rename(growing, folder)
}

async function writeInto(target: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await writeFile(target, bytes, { mode: 0o600 })
}

const block = 512

/** Reads ustar (POSIX.1-1988): name at 0, size in octal at 124, type at 156; contents padded to 512 bytes. */
function* entriesOf(archive: Uint8Array): Generator<ArchiveEntry> {
  const field = (at: number, length: number) =>
    Buffer.from(archive.buffer, archive.byteOffset + at, length)
      .toString('latin1')
      .replace(/\0.*$/s, '')
      .trim()
  for (let at = 0; at + block <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12), 8)
    const bytes = archive.subarray(at + block, at + block + size)
    yield { path: field(at, 100).replace(/^\/+/, ''), folder: field(at + 156, 1) === '5', bytes }
    at += block + Math.ceil(size / block) * block
  }
}
