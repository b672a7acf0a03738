/** Builds the console into `console/dist`. With `--missing` only if it is not there yet; without development's packages it is left out, which is said. */
import { existsSync } from 'node:fs'
import { viteBuild, viteIsHere } from './vite-build.ts'

const built = existsSync('console/dist/index.html')

if (!process.argv.includes('--missing') || !built) {
  if (viteIsHere()) {
    viteBuild('console/dist')
    console.log('console/dist built')
  } else console.log('The console is not built: its tools come with "npm ci" (without --omit=dev)')
}
