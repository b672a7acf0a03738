/** Carriers' webhooks, many at once: how long a call that is offered waits for its answer, and a callback for its receipt. */
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signatureOf } from '../simulators/index.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { Scope } from '../src/lib/scope.ts'
import { startPostgres } from '../test/services/postgres.ts'
import { startChild, takeCores } from './child.ts'
import { startLoad } from './load.ts'
import { spread } from './statistics.ts'

/** Calls under way at any time: each is offered, answered, and over some time later. */
const inFlight = 50
/** From a call's answer to the report of its end, ms. */
const lasting = 2_000
/** Calls before the measured ones. */
const warmUp = 200
const calls = 1_000

type Fields = readonly (readonly [string, string])[]

/** `--postgres`: on a PostgreSQL server of its own, or the one that OFFHOOK_TEST_DATABASE_URL names. */
export async function runWebhooks(words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  await using scope = new Scope('bench')
  const cores = takeCores()
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-bench-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const server = words.includes('--postgres') ? await startPostgres(scope) : undefined
  const databaseUrl = await server?.database()
  const child = startChild(scope, cores, undefined)
  const load = await startLoad(scope)
  const { settings } = load.account
  const [accountSid, authToken] = [String(settings['accountSid']), String(settings['authToken'])]
  const ready = await child.ask({
    type: 'start',
    agent: 'echo',
    record: false,
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...load.account,
    number: load.number,
  })
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  scope.defer(() => agent.destroy())
  const one = carrierCall({
    agent,
    base: `${ready.url}/carriers/twilio/${ready.connection}`,
    to: load.number,
    accountSid,
    authToken,
  })
  await many(warmUp, () => one([], []))
  const [answers, receipts]: [number[], number[]] = [[], []]
  const before = await child.ask({ type: 'usage' })
  const from = realClock.monotonic()
  await many(calls, () => one(answers, receipts))
  const seconds = (realClock.monotonic() - from) / 1_000
  const after = await child.ask({ type: 'usage' })
  await child.ask({ type: 'stop' })
  return {
    webhooks: 2 * calls,
    inFlight,
    perSecond: Math.round((2 * calls) / seconds),
    cpuMsPerCall: Math.round((after.cpu - before.cpu) / 10 / calls) / 100,
    answerMs: spread(answers),
    receiptMs: spread(receipts),
    store: databaseUrl === undefined ? 'embedded' : 'PostgreSQL',
    cores: cores.note,
  }
}

interface Account {
  readonly agent: Agent
  /** Where the carrier's webhooks go, without their purpose. */
  readonly base: string
  readonly to: string
  readonly accountSid: string
  readonly authToken: string
}

/** One call as the carrier tells of it: offered, and over some time later. Adds how long both webhooks took. */
function carrierCall(account: Account): (answers: number[], receipts: number[]) => Promise<void> {
  const post = async (purpose: string, fields: Fields): Promise<number> => {
    const url = `${account.base}/${purpose}`
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signatureOf(account.authToken, url, fields),
    }
    return send(
      account.agent,
      url,
      headers,
      new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
    )
  }
  return async (answers, receipts) => {
    const call: Fields = [
      ['CallSid', `CA${Buffer.from(randomIds.token(16), 'base64url').toString('hex')}`],
      ['AccountSid', account.accountSid],
      ['From', '+15550100001'],
      ['To', account.to],
      ['Direction', 'inbound'],
    ]
    // Spread out, as calls come.
    await realClock.sleep(Math.random() * lasting * 0.2)
    answers.push(await post('voice', [...call, ['CallStatus', 'ringing']]))
    await realClock.sleep(lasting * (0.8 + 0.2 * Math.random()))
    receipts.push(await post('status', [...call, ['CallStatus', 'completed'], ['SequenceNumber', '0']]))
  }
}

async function many(count: number, run: () => Promise<void>): Promise<void> {
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun++ < count) await run()
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
}

/** How long the answer took to its last byte, ms. */
function send(agent: Agent, url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  const from = realClock.monotonic()
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } })
    asking.on('error', reject)
    asking.on('response', (answer) => {
      if ((answer.statusCode ?? 500) > 299) reject(new Error(`${url} answered ${answer.statusCode}`))
      answer.on('end', () => resolve(realClock.monotonic() - from)).resume()
    })
    asking.end(body)
  })
}
