/** A gateway in a process of its own, as users run it, so that it can be killed. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scope } from '../../src/lib/scope.ts'
import { start } from '../services/process.ts'

export interface Child {
  readonly url: string
  /** SIGKILL: nothing is closed, released or said. Resolves when it is gone. */
  kill(): Promise<void>
}

const program = fileURLToPath(new URL('../../bin/offhook.mjs', import.meta.url))

export async function startChild(scope: Scope, values: Readonly<Record<string, string>>): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-child-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const env = { PATH: process.env['PATH'], PORT: '0', OFFHOOK_DATA_DIR: folder, OFFHOOK_VAD: 'energy', ...values }
  const { child, end } = start(scope, process.execPath, [program, 'start'], { env })
  let said = ''
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on('data', (data) => {
      said += String(data)
      const url = /ready at (http:\S+)/.exec(said)?.[1]
      if (url) resolve(url)
    })
  })
  const gone = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the gateway ended before it was ready: ${said}`)),
  )
  // Its end is expected once it was ready.
  gone.catch(() => undefined)
  return { url: await Promise.race([ready, gone]), kill: () => end('SIGKILL') }
}
