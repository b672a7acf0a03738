/** The store's thread: the entry that opens the database and performs what the others ask. Loading it starts it. */
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { randomIds } from '../lib/ids.ts'
import { stepBack } from '../lib/niceness.ts'
import type { Driver } from './driver.ts'
import { flatten } from './failure.ts'
import { loadQuickly } from './loading.ts'
import { createSecrets, keyFile, keyFrom, keyFromFile } from './secrets.ts'
import type { Secrets } from './secrets.ts'
import { performer } from './surface.ts'
import type { Call } from './surface.ts'
import type { Answer, FromStore, Request, Start, ToStore } from './wire.ts'

if (parentPort) {
  stepBack()
  await serve(parentPort, workerData)
}

async function serve(port: MessagePort, start: Start): Promise<void> {
  const tell = (message: FromStore) => port.postMessage(message)
  try {
    loadQuickly()
    // The database compiles and starts while the rest is still being loaded.
    const opening = openDriver(start, (message) => tell({ type: 'warning', message }))
    const loading = Promise.all([import('./prepare.ts'), secretsFor(start)])
    const [driver, [{ prepare }, secrets]] = await Promise.all([opening, loading])
    const warn = (message: string) => tell({ type: 'warning', message })
    const { records, stop } = await prepare(driver, secrets, warn)
    const perform = performer(records)
    const answer = answerer(tell)
    port.on('message', (message: ToStore) => {
      if (message.type === 'requests') for (const request of message.requests) void handle(request, perform, answer)
      else void close(port, { driver, stop }, tell)
    })
    tell({ type: 'ready' })
  } catch (error) {
    tell({ type: 'unable', failure: flatten(error) })
    port.close()
  }
}

async function openDriver({ databaseUrl, directory }: Start, warn: (message: string) => void): Promise<Driver> {
  if (databaseUrl === undefined) return (await import('./embedded.ts')).openEmbedded(directory)
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres({
    url: databaseUrl,
    onIdleError: (error) => warn(`a connection to the database broke: ${error.message}`),
  })
}

/** Without a folder and without a key nothing outlives the process: a passing key will do. */
async function secretsFor({ directory, secretKey }: Start): Promise<Secrets> {
  if (secretKey !== undefined) return createSecrets(keyFrom(secretKey), randomIds)
  if (directory !== undefined) return createSecrets(await keyFromFile(keyFile(directory), randomIds), randomIds)
  return createSecrets(Buffer.from(randomIds.token(32), 'base64url'), randomIds)
}

async function handle(
  { id, room, method, values }: Request,
  perform: Call,
  answer: (answer: Answer) => void,
): Promise<void> {
  try {
    answer({ id, ok: true, value: await perform(room, method, values) })
  } catch (error) {
    answer({ id, ok: false, failure: flatten(error) })
  }
}

function answerer(tell: (message: FromStore) => void): (answer: Answer) => void {
  let waiting: Answer[] = []
  const send = () => {
    tell({ type: 'answers', answers: waiting })
    waiting = []
  }
  return (answer) => {
    if (waiting.push(answer) === 1) queueMicrotask(send)
  }
}

interface Opened {
  readonly driver: Driver
  stop(): Promise<void>
}

async function close(port: MessagePort, opened: Opened, tell: (message: FromStore) => void): Promise<void> {
  const { driver, stop } = opened
  try {
    await stop()
    await driver[Symbol.asyncDispose]()
    tell({ type: 'closed' })
  } catch (error) {
    tell({ type: 'closed', failure: flatten(error) })
  }
  port.close()
}
