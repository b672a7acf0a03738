/** SIPp (Debian: sip-tester) as an outside witness: plays one of our scenarios a bounded number of times and says how it went. */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NetAddress } from '../../src/lib/net/address.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from '../services/need.ts'
import { xml, type Scenario } from './scenario.ts'

export interface SippOptions {
  readonly scenario: Scenario
  /** Who is called: `host:port`; absent for a scenario that waits to be called. */
  readonly remote?: string
  /** The user part of the Request-URI. */
  readonly service?: string
  readonly calls?: number
  /** New calls a second. */
  readonly rate?: number
  readonly atOnce?: number
  readonly transport?: 'udp' | 'tcp'
  /** SIPp's own address and port. Default: 127.0.0.1, any. */
  readonly address?: string
  readonly port?: number
  readonly mediaPort?: number
  /** Seconds for everything. */
  readonly limit?: number
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Percent of packets that are lost where the scenario says nothing of it. */
  readonly lost?: number
}

export interface SippRun {
  readonly successful: number
  readonly failed: number
  readonly retransmissions: number
  /** ms from the first call to the last one's end. */
  readonly took: number
  /** Why calls failed, as SIPp noted it; empty when none did. */
  readonly errors: string
}

export interface Running {
  /** For a scenario that waits: it can be called now. */
  readonly address: string
  readonly result: Promise<SippRun>
}

const binary = '/usr/bin/sipp'

/** False where tests may be skipped for want of it. */
export function sippInstalled(): boolean {
  return existsSync(binary) || absent('SIPp', 'apt-get install sip-tester') !== undefined
}

async function freePort(address: string): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Runs to the end. */
export async function sipp(scope: Scope, options: SippOptions): Promise<SippRun> {
  const { result } = await startSipp(scope, options)
  return result
}

export async function startSipp(scope: Scope, options: SippOptions): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-sipp-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'scenario.xml'), xml(options.scenario))
  const { address = '127.0.0.1', port = await freePort(address) } = options
  const child = spawn(binary, argumentsOf(options, { address, port }), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', TERM: 'xterm' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said = `${said}${data}`.slice(-4000)))
  const gone = once(child, 'close')
  scope.defer(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await gone
  })
  const result = gone.then(async ([code]) => {
    const files = await readdir(folder)
    const statistics = await textOf(folder, files, '_.csv')
    const errors = await textOf(folder, files, '_errors.log')
    if (statistics === '') throw new Error(`SIPp ended with ${code} and no statistics: ${said}`)
    return resultOf(statistics, errors)
  })
  result.catch(() => undefined) // whoever waits for it sees it
  return { address: `${address}:${port}`, result }
}

function argumentsOf(options: SippOptions, { address, port }: NetAddress): string[] {
  const { remote, service = 'service', calls = 1, rate = 10, atOnce = calls, transport = 'udp', limit = 30 } = options
  const { mediaPort, credentials, lost } = options
  return [
    ...['-sf', 'scenario.xml', '-i', address, '-p', `${port}`, '-mi', address],
    ...['-m', `${calls}`, '-r', `${rate}`, '-l', `${atOnce}`, '-t', transport === 'tcp' ? 't1' : 'u1', '-s', service],
    ...['-timeout', `${limit}s`, '-timeout_error', '-nostdin', '-trace_err', '-trace_stat', '-fd', '1'],
    ...(mediaPort === undefined ? [] : ['-mp', `${mediaPort}`]),
    ...(credentials ? ['-au', credentials.username, '-ap', credentials.password] : []),
    ...(lost === undefined ? [] : ['-lost', `${lost}`]),
    ...(remote === undefined ? [] : [remote]),
  ]
}

async function textOf(folder: string, files: readonly string[], ending: string): Promise<string> {
  const file = files.find((name) => name.endsWith(ending))
  return file === undefined ? '' : readFile(join(folder, file), 'utf8')
}

/** The last line of the statistics holds the sums, `(C)`, of the whole run. */
function resultOf(statistics: string, errors: string): SippRun {
  const lines = statistics.trim().split('\n')
  const names = lines[0]!.split(';')
  const values = lines.at(-1)!.split(';')
  const count = (name: string) => Number(values[names.indexOf(name)])
  const [hours = 0, minutes = 0, seconds = 0] = (values[names.indexOf('ElapsedTime(C)')] ?? '').split(':').map(Number)
  return {
    successful: count('SuccessfulCall(C)'),
    failed: count('FailedCall(C)'),
    retransmissions: count('Retransmissions(C)'),
    took: Math.round((hours * 3600 + minutes * 60 + seconds) * 1000),
    errors,
  }
}
