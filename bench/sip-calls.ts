/** How many calls a second SIPp can set up and take down on one core: with our SIP stack alone, or with the whole gateway. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realClock } from '../src/lib/clock.ts'
import { Scope } from '../src/lib/scope.ts'
import { startPostgres } from '../test/services/postgres.ts'
import { expectStatus, invite, provisional, sdp, within, type Scenario } from '../test/sip/scenario.ts'
import { sipp } from '../test/sip/sipp.ts'
import { takeCores, type Cores } from './child.ts'
import type { StackUsage } from './sip-stack.ts'
import { rounded } from './statistics.ts'

/** The number that bench/sip-gateway.ts answers. */
const benchNumber = '+15550100001'

/** INVITE, 200, ACK, BYE, 200: nothing in between. */
const shortest: Scenario = {
  name: 'set up and taken down',
  steps: [
    invite({ body: sdp({ formats: '0 101' }) }),
    ...provisional,
    expectStatus(200),
    within('ACK', 1),
    within('BYE', 2),
    expectStatus(200, { dialog: false }),
  ],
}

export interface SipPlan {
  /** New calls a second. */
  readonly rate: number
  readonly seconds: number
  /** The gateway with its journal on PostgreSQL, instead of the stack alone. */
  readonly gateway: boolean
}

/** `--rate 1000 --seconds 20 --gateway` */
export function readSipPlan(words: readonly string[]): SipPlan {
  const value = (name: string, usual: number) => {
    const at = words.indexOf(name)
    const number = at < 0 ? usual : Number(words[at + 1])
    if (Number.isInteger(number) && number > 0) return number
    throw new Error(`${name} ${words[at + 1]} is no number of at least 1`)
  }
  const gateway = words.includes('--gateway')
  return { rate: value('--rate', gateway ? 150 : 1000), seconds: value('--seconds', 20), gateway }
}

export async function runSipCalls({ rate, seconds, gateway }: SipPlan): Promise<Readonly<Record<string, unknown>>> {
  await using scope = new Scope('sip bench')
  const cores = takeCores()
  const { child, port } = gateway ? await startGateway(scope, cores) : await start(scope, cores, 'sip-stack.ts')
  const called = { scenario: shortest, remote: `127.0.0.1:${port}`, service: benchNumber }
  // Warms the compiler up.
  const warmUp = gateway ? { calls: 500, rate: 50 } : { calls: 2000, rate: 200 }
  await sipp(scope, { ...called, ...warmUp, limit: 60 })
  const before = await usageOf(child)
  const from = realClock.monotonic()
  const run = await sipp(scope, { ...called, rate, calls: rate * seconds, atOnce: rate, limit: seconds * 3 + 30 })
  const took = realClock.monotonic() - from
  const after = await usageOf(child)
  return {
    callsPerSecond: rounded((run.successful * 1000) / took, 0),
    ...{ asked: rate, successful: run.successful, failed: run.failed, retransmissions: run.retransmissions },
    shareOfCore: rounded((after.cpu - before.cpu) / 1000 / took, 3),
    cpuMsPerCall: rounded((after.cpu - before.cpu) / 1000 / Math.max(1, run.successful), 3),
    aliveAfterwards: after.alive,
    cores: cores.note,
  }
}

/** PostgreSQL runs where it likes: it is not what is measured. */
async function startGateway(scope: Scope, cores: Cores): Promise<Started> {
  const postgres = await startPostgres(scope)
  if (!postgres)
    throw new Error('--gateway needs PostgreSQL: apt-get install postgresql, or set OFFHOOK_TEST_DATABASE_URL')
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-bench-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  return start(scope, cores, 'sip-gateway.ts', [dataDir, await postgres.database()])
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
}

async function start(scope: Scope, { pinned }: Cores, file: string, given: readonly string[] = []): Promise<Started> {
  const node = [process.execPath, fileURLToPath(new URL(file, import.meta.url)), ...given]
  const [command, ...words] = pinned ? ['taskset', '-c', String(pinned.gateway), ...node] : node
  const child = spawn(command!, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  scope.defer(async () => {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGKILL')) await gone
  })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }] // sent by both
  return { child, port }
}

async function usageOf(child: ChildProcess): Promise<StackUsage> {
  child.send('usage')
  const [usage] = (await once(child, 'message')) as [StackUsage] // sent by both
  return usage
}
