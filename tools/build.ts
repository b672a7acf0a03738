/** Builds `dist/`, what is published: plain JavaScript with declarations, because Node runs no TypeScript inside node_modules. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, rmSync } from 'node:fs'

/** Read at run time, beside the file that reads them: where they are → where they go in `dist/`. */
const speech = 'src/providers/stt/local/model'
const moonshine = 'node_modules/@moonshine-ai/moonshine-js'
const assets: Readonly<Record<string, string>> = {
  'src/store/migrations': 'src/store/migrations',
  'src/store/seed.tar.br': 'src/store/seed.tar.br',
  [`${moonshine}/dist/model/tiny/quantized`]: speech,
  [`${moonshine}/LICENSE`]: `${speech}/LICENSE`,
  'console/dist': 'console',
}

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
await import('./build-console.ts')
for (const [from, to] of Object.entries(assets)) cpSync(from, `dist/${to}`, { recursive: true })

// Workers are started by their file's name, which no compiler follows: each stands in tsconfig.build.json.
const workers = globSync('src/**/{worker,*-worker}.ts').map((path) => path.replaceAll('\\', '/'))
const forgotten = workers.filter((path) => !existsSync(`dist/${path.replace(/\.ts$/, '.js')}`))
if (forgotten.length > 0) throw new Error(`Missing under "files" in tsconfig.build.json: ${forgotten.join(', ')}`)
console.log(`dist/ built, ${workers.length} workers, ${Object.keys(assets).length} assets`)
