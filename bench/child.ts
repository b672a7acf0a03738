/** The process that is measured, on a core of its own where the machine can do that. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Scope } from '../src/lib/scope.ts'
import type { Answer, Answers, Question } from './messages.ts'

export interface Child {
  ask<T extends Question>(question: T): Promise<Answers[T['type']]>
}

export interface Cores {
  /** Where both processes run; undefined when they cannot be pinned. */
  readonly pinned: { readonly gateway: number; readonly load: number } | undefined
  /** For people. */
  readonly note: string
}

/** Pins this process, the load, to one core, and says which the gateway gets. */
export function takeCores(): Cores {
  if (availableParallelism() < 2) return { pinned: undefined, note: 'not pinned: this machine has one core' }
  const pinned = { gateway: 1, load: 0 }
  try {
    execFileSync('taskset', ['-acp', String(pinned.load), String(process.pid)], { stdio: 'ignore' })
    return { pinned, note: `gateway on core ${pinned.gateway}, load on core ${pinned.load}` }
  } catch {
    return { pinned: undefined, note: 'not pinned: there is no taskset here' }
  }
}

/** Closing the scope ends the process, at the latest by SIGKILL. */
export function startChild(scope: Scope, { pinned }: Cores, profile: string | undefined): Child {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const node = [process.execPath, '--expose-gc', ...profiling, fileURLToPath(new URL('gateway.ts', import.meta.url))]
  const [command, ...words] = pinned ? ['taskset', '-c', String(pinned.gateway), ...node] : node
  const child = spawn(command!, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
  scope.defer(() => ended(child))
  return { ask: (question) => ask(child, question) }
}

function ask<T extends Question>(child: ChildProcess, question: T): Promise<Answers[T['type']]> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error(`the gateway's process ended before it answered "${question.type}"`))
    child.once('exit', gone)
    child.once('message', (message) => {
      child.off('exit', gone)
      const answer = message as Answer // sent by gateway.ts
      if ('failed' in answer) reject(new Error(answer.failed))
      else resolve(answer.value as Answers[T['type']]) // it answers what was asked
    })
    child.send(question)
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  if (child.connected) child.disconnect()
  await exit
  clearTimeout(timer)
}
