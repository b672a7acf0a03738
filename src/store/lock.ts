/** One process per data folder: a lock file with the holder's name, kept fresh, taken over when its holder is gone. */
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { OffhookError } from '../spec/errors.ts'

export interface LockOptions {
  readonly clock: Clock
  readonly ids: Ids
}

const Holder = z.object({
  pid: z.number(),
  host: z.string(),
  /** When the process began, as the kernel counts: pids are used again, in containers at once. Empty where it cannot be known. */
  began: z.string(),
  token: z.string(),
})
type Holder = z.infer<typeof Holder>

/** Pids tell nothing of another machine (or container): there the holder's sign of life counts. */
const beat = 10_000
const silence = 60_000
/** Longest between creating the file and writing it. */
const writing = 5000

/** Rejects with `store.locked` while another process, or another store of this one, holds the folder. */
export async function lockDirectory(directory: string, { clock, ids }: LockOptions): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'store.lock')
  const own = { pid: process.pid, host: hostname(), began: beganAt('self'), token: ids.token(12) }
  if (await create(path, own)) return held(path, own, clock)
  const holder = await read(path)
  if (await isAlive(path, holder, clock)) throw locked(directory, path, holder)
  if (await takeOver(path, own, clock)) return held(path, own, clock)
  throw locked(directory, path, await read(path))
}

/**
 * Of several that find a stale lock one may remove it: whoever creates the second file, judges again and only then removes. Without it, one could
 * remove the lock that another has just taken.
 */
async function takeOver(path: string, own: Holder, clock: Clock): Promise<boolean> {
  const guard = `${path}.takeover`
  const guarded = await age(guard, clock)
  // Left by a process that died within these lines.
  if (guarded !== undefined && guarded > writing) await rm(guard, { force: true })
  if (!(await create(guard, own))) return false
  try {
    if (await isAlive(path, await read(path), clock)) return false
    await rm(path, { force: true })
    return await create(path, own)
  } finally {
    await rm(guard, { force: true })
  }
}

/** Only one process can create a file that must not exist. */
async function create(path: string, own: Holder): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(own))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw new OffhookError('store.failed', `${path} cannot be written: check the data folder's owner and free space`, {
      cause: error,
      details: { transient: false },
    })
  }
}

/** Undefined: it is gone, or its writer died (or still is) between creating and writing it. */
async function read(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

async function isAlive(path: string, holder: Holder | undefined, clock: Clock): Promise<boolean> {
  const silent = (await age(path, clock)) ?? Infinity
  if (!holder) return silent < writing
  if (holder.host !== hostname()) return silent < silence
  const began = beganAt(holder.pid)
  return began !== '' && holder.began !== '' ? began === holder.began : exists(holder.pid)
}

/** Since it was last written or touched; undefined when there is none. */
async function age(path: string, clock: Clock): Promise<number | undefined> {
  try {
    return clock.now() - (await stat(path)).mtimeMs
  } catch {
    return undefined
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: there is such a process, and it is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)): ticks from boot; fields are counted behind the last parenthesis, as names may hold any. */
function beganAt(pid: number | 'self'): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    // No /proc on this system, or no such process.
    return ''
  }
}

function held(path: string, own: Holder, clock: Clock): AsyncDisposable {
  let timer: Timer
  const keepFresh = () => {
    const seconds = clock.now() / 1000
    // A folder that fails to take the time will fail the database too, which reports it.
    utimes(path, seconds, seconds).catch(() => undefined)
    timer = clock.timer(beat, keepFresh)
  }
  timer = clock.timer(beat, keepFresh)
  return {
    async [Symbol.asyncDispose]() {
      timer.cancel()
      if ((await read(path))?.token === own.token) await rm(path, { force: true })
    },
  }
}

function locked(directory: string, path: string, holder: Holder | undefined): OffhookError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process that is just starting'
  return new OffhookError(
    'store.locked',
    `${directory} is held by ${who}: stop it, or give this one another folder (OFFHOOK_DATA_DIR) or a PostgreSQL server (DATABASE_URL); ` +
      `should no such process run, remove ${path}`,
    { details: { directory, ...(holder && { pid: holder.pid, host: holder.host }) } },
  )
}
