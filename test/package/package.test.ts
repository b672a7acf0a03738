import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { run } from '../services/process.ts'

const root = resolve(import.meta.dirname, '../..')
const scope = new Scope('package test')
let project: string
let offhook: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'offhook-package-'))
  scope.defer(() => rm(project, { recursive: true, force: true, maxRetries: 5 }))
  offhook = join(project, 'node_modules/offhook/bin/offhook.mjs')
  await run('npm', ['pack', '--pack-destination', project], { cwd: root })
  await install(join(root, 'node_modules'), project)
  await cp(join(import.meta.dirname, 'project'), project, { recursive: true })
  await cp(join(root, 'examples'), project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'customer', type: 'module' }))
})
afterAll(() => scope.close())

/** What `npm install offhook.tgz` would do, without a registry: the dependencies are links. */
async function install(dependencies: string, into: string): Promise<void> {
  const place = join(into, 'node_modules')
  for (const path of await production()) {
    const link = join(place, relative(dependencies, path))
    await mkdir(dirname(link), { recursive: true })
    await symlink(path, link)
  }
  const [archive = ''] = (await readdir(into)).filter((name) => name.endsWith('.tgz'))
  await run('tar', ['-xzf', archive], { cwd: into })
  await cp(join(into, 'package'), join(place, 'offhook'), { recursive: true })
}

/** Folders of what a customer gets: nothing that only development needs, and each package with what lies inside it. */
async function production(): Promise<readonly string[]> {
  const listed = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: root })
  const folders = listed.split('\n').filter((path) => path.startsWith(`${root}/node_modules/`))
  return folders.filter((path) => !folders.some((outer) => path.startsWith(`${outer}/`)))
}

describe('the published package', () => {
  test('holds JavaScript and what it reads, no sources and no tests', async () => {
    const files = await readdir(join(project, 'node_modules/offhook'), { recursive: true })
    expect(files.filter((name) => /\.test\.|fixtures|(?<!\.d)\.ts$/.test(name))).toEqual([])
    expect(files).toContain(join('dist/src/store/migrations/meta/_journal.json'))
  })

  test.concurrent('tells its version and its help', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string } // ours
    expect(await node([offhook, '--version'])).toBe(`${version}\n`)
    expect(await node([offhook, '--help'])).toMatch(/start .*\n.*call /s)
  })

  test.concurrent('gives a customer a simulated carrier and a phone', async () => {
    expect(await node(['line.js'])).toBe('the call is completed\n')
  })

  test.concurrent('gives a customer the engine as a library: the example of the docs', async () => {
    const said = await node(['embedded.ts'])
    expect(said).toContain('media.opened')
    expect(said).toContain('the call is completed: ')
  })

  test.concurrent('gives a customer the media of calls: the example of the docs', async () => {
    expect(await node(['transport-caller.js', 'transport.ts'])).toBe('the caller heard their own voice\n')
  })

  test.concurrent('gives a customer a typed client', async () => {
    const compile = [join(root, 'node_modules/typescript/bin/tsc'), '--module', 'nodenext', '--target', 'esnext']
    expect(await node([...compile, '--strict', '--noEmit', '--types', 'node', 'client.ts', 'embedded.ts'])).toBe('')
  })

  test.concurrent('starts a gateway that the client reaches', async () => {
    const { url, keyFile } = await startGateway()
    expect(await node(['client.ts', url, (await readFile(keyFile, 'utf8')).trim()])).toBe('0 calls, then 400\n')
  })

  test.concurrent('lets a caller speak with the local agent', async () => {
    const said = await node([offhook, 'call', '--text', 'Goodbye', '--patience', '3', '--out', 'call.wav'])
    expect(said).toMatch(/caller › Good-?bye/i)
    expect(said).toMatch(/completed, \d+ s, agent-hangup/)
    expect((await readFile(join(project, 'call.wav'))).subarray(0, 4).toString()).toBe('RIFF')
  })
})

/** Its output; rejects when it fails. */
function node(args: readonly string[]): Promise<string> {
  return run(process.execPath, args, { cwd: project, env: { ...process.env, OFFHOOK_DATA_DIR: join(project, 'data') } })
}

/** Ready, and ended with the scope. */
async function startGateway(): Promise<{ readonly url: string; readonly keyFile: string }> {
  const child = spawn(process.execPath, [offhook, 'start'], {
    cwd: project,
    env: { ...process.env, PORT: '0', OFFHOOK_DATA_DIR: join(project, 'gateway') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise((done) => child.once('exit', done))
  scope.defer(async () => {
    child.kill('SIGTERM')
    await gone
  })
  const found: { url?: string; keyFile?: string } = {}
  for await (const line of createInterface(child.stdout)) {
    found.url ??= /ready at (\S+)/.exec(line)?.[1]
    found.keyFile ??= /Admin key +(\S+)/.exec(line)?.[1]
    if (found.url && found.keyFile) return { url: found.url, keyFile: resolve(project, found.keyFile) }
  }
  throw new Error('the gateway ended before it was ready')
}
