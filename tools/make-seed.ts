/** Makes the packed database that first starts unpack: `node tools/make-seed.ts`, after an update of PGlite or of the migrations. */
import { PGlite } from '@electric-sql/pglite'
import { writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { migrate } from '../src/store/migrate.ts'
import { seedFile } from '../src/store/seed.ts'

const database = await PGlite.create({ dataDir: 'memory://' })
await migrate({
  transaction: (work) =>
    database.transaction((inner) =>
      work(async (text, values) => (await inner.query<unknown[]>(text, [...values], { rowMode: 'array' })).rows),
    ),
})
await database.exec('vacuum freeze analyze')
await database.exec('checkpoint')
const archive = Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer())
await database.close()
const packed = brotliCompressSync(archive, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: archive.length,
  },
})
await writeFile(seedFile, packed)
console.log(`${seedFile}: ${packed.length} bytes for ${archive.length}`)
