/** Child processes of tests: started, watched until they are ready, and ended with their scope. */
import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { realClock } from '../../src/lib/clock.ts'
import type { Scope } from '../../src/lib/scope.ts'

export interface Started {
  readonly child: ChildProcess
  /** Idempotent; resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>
}

/** The scope's end sends `ending`. */
export function start(
  scope: Scope,
  command: string,
  args: readonly string[],
  { ending = 'SIGTERM', ...options }: SpawnOptions & { readonly ending?: NodeJS.Signals } = {},
): Started {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => (said = `${said}${data}`.slice(-2000)))
  const gone = once(child, 'exit').catch(() => undefined)
  const end = async (how: NodeJS.Signals = ending) => {
    if (child.exitCode === null && child.signalCode === null && child.kill(how)) await gone
  }
  scope.defer(() => end())
  return { child, end }
}

/** Runs to its end; rejects with what it said when it failed. */
export async function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.slice(-2000)}`)
  return said
}

/** Asks until it is answered; a process that ended will never be. */
export async function ready({ child }: Started, name: string, ask: () => Promise<unknown>): Promise<void> {
  const start = realClock.monotonic()
  for (let last: unknown; realClock.monotonic() - start < 20_000; await realClock.sleep(30)) {
    if (child.exitCode !== null)
      throw new Error(`${name} ended with ${child.exitCode} before it was ready`, { cause: last })
    try {
      return void (await ask())
    } catch (error) {
      last = error
    }
  }
  throw new Error(`${name} was not ready within 20 s`)
}
