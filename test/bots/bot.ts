/** A bot of `examples/bots`, run as its users run it: a program of its own, told by its environment. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Scope } from '../../src/lib/scope.ts'
import { until } from '../e2e/until.ts'

export interface Bot {
  readonly port: number
  /** What it printed, line by line. */
  readonly lines: readonly string[]
  said(word: string): Promise<string>
}

export async function startBot(
  name: string,
  scope: Scope,
  environment: Readonly<Record<string, string>> = {},
): Promise<Bot> {
  const child = spawn(process.execPath, [`examples/bots/${name}.mjs`], {
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  scope.defer(() => void child.kill())
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line))
  const said = (word: string) => until(`"${word}" of ${name}`, async () => lines.find((line) => line.startsWith(word)))
  const port = Number((await said('listening')).split(' ')[1])
  return { port, lines, said }
}
