#!/usr/bin/env node
// Starts Offhook under the Node that came with it: the one that called us may be too old to run TypeScript.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldest = 24
const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const sources = at('../src/main.ts')
const entry = existsSync(sources) ? sources : at('../dist/src/main.js')

if (Number(process.versions.node.split('.')[0]) >= oldest) {
  const { main } = await import(pathToFileURL(entry).href)
  await main(process.argv.slice(2))
} else {
  const own = findNode()
  if (!own) {
    console.error(`Offhook needs Node ${oldest} or newer (this is ${process.version}), and the one it brings is not installed: run "npm ci"`)
    process.exit(1)
  }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`])
    for (const root of ['../node_modules', '../..']) {
      const path = at(`${root}/${name}/${file}`)
      if (existsSync(path)) return path
    }
  return undefined
}
