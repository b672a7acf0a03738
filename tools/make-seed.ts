/** Makes the packed database that first starts unpack: `node tools/make-seed.ts`, after an update of PGlite or of the migrations. */
import { PGlite } from '@electric-sql/pglite'
import { writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { migrate } from '../src/store/migrate.ts'
import { seedFile } from '../src/store/seed.ts'

// Small segments of its log, which are written in full however little is in them.
const database = await PGlite.create({ dataDir: 'memory://', initDbStartParams: ['--wal-segsize=1'] })
await migrate({
  transaction: (work) =>
    database.transaction((inner) =>
      work(async (text, values) => (await inner.query<unknown[]>(text, [...values], { rowMode: 'array' })).rows),
    ),
})
// Two of its three databases are patterns for further ones, which nobody makes here.
await database.exec(`update pg_database set datistemplate = false where datname in ('template0', 'template1')`)
for (const pattern of ['template0', 'template1']) await database.exec(`drop database ${pattern}`)
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
