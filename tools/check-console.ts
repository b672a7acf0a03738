/** Holds the console to its size: builds it and weighs what each page loads first, gzipped. `node tools/check-console.ts`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { firstLoad, type Manifest } from './first-load.ts'
import { viteBuild } from './vite-build.ts'

const limit = 250_000
const folder = mkdtempSync(join(tmpdir(), 'offhook-console-'))

viteBuild(folder)
const manifest = JSON.parse(readFileSync(`${folder}/.vite/manifest.json`, 'utf8')) as Manifest // Vite's own
const weights = new Map<string, number>()
const weigh = (file: string): number => {
  const weight = weights.get(file) ?? gzipSync(readFileSync(`${folder}/${file}`), { level: 9 }).length
  weights.set(file, weight)
  return weight
}
const loads = firstLoad(manifest, 'index.html')
  .map(({ page, files }) => ({ page, bytes: files.reduce((sum, file) => sum + weigh(file), 0) }))
  .toSorted((a, b) => b.bytes - a.bytes)

for (const { page, bytes } of loads.slice(0, 3)) console.log(`${(bytes / 1000).toFixed(1)} kB  ${page}`)
for (const { page, bytes } of loads.filter((load) => load.bytes > limit)) {
  console.error(`${page} loads ${bytes} bytes of gzipped JavaScript first; at most ${limit} are allowed`)
  process.exitCode = 1
}
rmSync(folder, { recursive: true })
