/** Our own version. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** As package.json has it, found by the package's own name: sources and the built package lie at different depths. */
export function ownVersion(): string {
  const text = readFileSync(fileURLToPath(import.meta.resolve('offhook/package.json')), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
