/** The console's build, always the one for production: under a test runner Vite would take React's development half. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const vite = 'node_modules/vite/bin/vite.js'

export function viteIsHere(): boolean {
  return existsSync(vite) && existsSync('console/vite.config.ts')
}

export function viteBuild(folder: string): void {
  const options = [
    '--config',
    'console/vite.config.ts',
    '--outDir',
    resolve(folder),
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]
  execFileSync(process.execPath, [vite, 'build', ...options], {
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  })
}
