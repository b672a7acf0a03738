/** The world around a killed node: a simulated carrier that outlives it, and the node's starts. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTwilio, type TwilioSimulator } from '../../../simulators/index.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import type { Scope } from '../../../src/lib/scope.ts'
import type { Journaled } from '../../../src/spec/event.ts'
import { holdPoints, type FromNode, type HoldPoint, type NodeOptions, type Queue, type ToNode } from './words.ts'

export const number = '+15550300001'

export interface KillHouse {
  readonly simulator: TwilioSimulator
  /** Queues whose first call stands still at these points. */
  queues(points: readonly HoldPoint[]): readonly Queue[]
  /** Starts the node, again on the same folder and port. */
  start(options?: Partial<NodeOptions>): Promise<RunningNode>
  /** All that a node said was durable, in order, over all its lives. */
  durable(): Promise<readonly Journaled[]>
  /** Recordings of its calls' inputs, oldest first. */
  replays(): Promise<readonly string[]>
  /** Where the process that takes requests is; undefined while there is none. */
  address(): string | undefined
  /** What it logged. */
  log(): Promise<string>
}

export interface RunningNode {
  readonly child: ChildProcess
  readonly told: readonly FromNode[]
  tell(message: ToNode): void
  /** Resolves with the next message of this type. */
  answer<T extends FromNode['type']>(type: T): Promise<FromNode & { type: T }>
  kill(): Promise<void>
  readonly died: Promise<unknown>
}

export async function killHouse(scope: Scope, databaseUrl?: string): Promise<KillHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-kill-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const hex = (): string => Buffer.from(randomIds.token(16), 'base64url').toString('hex')
  const drawn = () => ({ accountSid: `AC${hex()}`, authToken: hex() })
  const account = drawn()
  const others = holdPoints.map((_, index) => ({ ...drawn(), number: `+1555030000${index + 2}` }))
  const journal = join(folder, 'told.jsonl')
  const log = join(folder, 'log.jsonl')
  await Promise.all([writeFile(journal, ''), writeFile(log, '')])
  const ours = { phoneNumber: number, voiceUrl: '', statusCallback: '' }
  const simulator = await startTwilio({
    ...{ clock: realClock, ids: randomIds, scope, ringGraceMs: 0, priceAfterMs: 200, keepWire: 'without-media' },
    accounts: [{ ...account, numbers: [ours] }, ...others.map((one) => ({ ...one, numbers: [one.number] }))],
  })
  let port = 0
  let running = false
  return {
    simulator,
    queues: (points) => points.map((point, index) => ({ point, ...others[index]! })),
    async start(options = {}) {
      const wanted: NodeOptions = {
        ...{ dataDir: folder, port, journal, log, ...account, apiBase: simulator.url, number, hold: false },
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        ...options,
      }
      const node = run(scope, wanted)
      const ready = await node.answer('ready')
      running = true
      void node.died.then(() => (running = false))
      port = ready.port
      const base = options.publicUrl ?? `http://127.0.0.1:${port}`
      const webhook = (purpose: string) => `${base}/carriers/twilio/${ready.connection}/${purpose}`
      for (const one of simulator.accounts.get(account.accountSid)?.numbers ?? [])
        Object.assign(one, { voiceUrl: webhook('voice'), statusCallback: webhook('status') })
      return node
    },
    async durable() {
      const lines = (await readFile(journal, 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line) as Journaled) // written by the node
    },
    async replays() {
      const names = await readdir(join(folder, 'replays'))
      return names.toSorted().map((name) => join(folder, 'replays', name))
    },
    address: () => (running ? `http://127.0.0.1:${port}` : undefined),
    log: () => readFile(log, 'utf8'),
  }
}

const program = fileURLToPath(new URL('node.ts', import.meta.url))

function run(scope: Scope, options: NodeOptions): RunningNode {
  const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let complaint = ''
  child.stderr?.on('data', (chunk) => (complaint += String(chunk)))
  const told: FromNode[] = []
  child.on('message', (message: FromNode) => void told.push(message))
  const died = once(child, 'exit')
  scope.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await died
  })
  const tell = (message: ToNode): void => void child.send(message)
  return {
    ...{ child, told, died, tell },
    answer: (type) =>
      new Promise((resolve, reject) => {
        const heard = (message: FromNode): void => {
          if (!isOf(message, type)) return
          child.off('message', heard)
          resolve(message)
        }
        child.on('message', heard)
        void died.then(() => reject(new Error(`the node died before it said "${type}": ${complaint}`)))
      }),
    async kill() {
      child.kill('SIGKILL')
      await died
    },
  }
}

function isOf<T extends FromNode['type']>(message: FromNode, type: T): message is FromNode & { type: T } {
  return message.type === type
}
