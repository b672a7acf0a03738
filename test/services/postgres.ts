/** A PostgreSQL server for tests: the one CI names (OFFHOOK_TEST_DATABASE_URL), or one of our own from Debian's binaries. */
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { randomIds } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from './need.ts'
import { ready, run, start } from './process.ts'

export interface PostgresServer {
  /** The URL of a new, empty database, dropped with the scope. */
  database(): Promise<string>
  /** Ends all connections to the databases made here, as a restart would. */
  disconnectAll(): Promise<void>
}

const installed = '/usr/lib/postgresql'

/** Undefined where there is none and its tests may be skipped. Ended with the scope. */
export async function startPostgres(scope: Scope): Promise<PostgresServer | undefined> {
  const named = process.env['OFFHOOK_TEST_DATABASE_URL']
  if (named) return serverAt(scope, (name) => Object.assign(new URL(named), { pathname: `/${name ?? ''}` }).href)
  const binaries = await findBinaries()
  if (!binaries) return absent('PostgreSQL', 'apt-get install postgresql, or set OFFHOOK_TEST_DATABASE_URL')
  const folder = await mkdtemp(join(tmpdir(), 'offhook-pg-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const owner = await ownerOf(folder)
  await run(join(binaries, 'initdb'), ['-D', folder, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8'], owner)
  // By socket file only: no port to collide on.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=60']
  const args = ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])]
  // SIGINT: "fast shutdown" of server-shutdown.html, which does not wait for clients.
  const server = start(scope, join(binaries, 'postgres'), args, { ...owner, ending: 'SIGINT' })
  const at = (name = 'postgres') => `postgresql://postgres@localhost/${name}?host=${encodeURIComponent(folder)}`
  await ready(server, 'postgres', () => query(at(), 'select 1'))
  return serverAt(scope, at)
}

function serverAt(scope: Scope, at: (name?: string) => string): PostgresServer {
  const names: string[] = []
  return {
    async database() {
      const name = randomIds.id('offhook')
      await query(at(), `create database ${name}`)
      names.push(name)
      scope.defer(() => query(at(), `drop database if exists ${name} with (force)`))
      return at(name)
    },
    async disconnectAll() {
      await query(at(), 'select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)', [names])
    },
  }
}

async function query(url: string, text: string, values: unknown[] = []): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text, values)
  } finally {
    await client.end()
  }
}

/** The newest version's. */
async function findBinaries(): Promise<string | undefined> {
  const versions = existsSync(installed) ? await readdir(installed) : []
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return newest && join(installed, newest, 'bin')
}

/** The server refuses to run as root: there Debian's own user runs it. */
async function ownerOf(
  folder: string,
): Promise<{ readonly uid?: number; readonly gid?: number; readonly cwd: string }> {
  if (process.getuid?.() !== 0) return { cwd: folder }
  const [uid = 0, gid = 0] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number(await run('id', [flag, 'postgres']))),
  )
  await chown(folder, uid, gid)
  return { uid, gid, cwd: folder }
}
