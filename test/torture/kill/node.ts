/**
 * A gateway in a process of its own that can be killed: it writes down what was told durable, before anything else
 * happens, and holds each call at the journal entry that its far number asks for.
 */
import { appendFileSync } from 'node:fs'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { createLogger } from '../../../src/lib/log.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { command } from '../../../src/calls/control.ts'
import { dial } from '../../../src/calls/outbound.ts'
import { readEnvironment } from '../../../src/main/environment.ts'
import { startGateway, type Gateway } from '../../../src/main/gateway.ts'
import { organization } from '../../../src/main/seed.ts'
import { twilio } from '../../../src/providers/carriers/twilio/twilio.ts'
import type { JournalEntry } from '../../../src/store/contract.ts'
import { actor } from './actor.ts'
import { queuedNumber, stopAt, type FromNode, type HoldPoint, type NodeOptions, type ToNode } from './words.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as NodeOptions // written by the test
const agent = 'agt_actor'
const connection = 'con_killed'
const connectionOf = (queue: number | undefined): string => (queue === undefined ? connection : `${connection}${queue}`)
/** Asked for last. */
let dialing = ''

const tell = (message: FromNode): void => void process.send?.(message)
const scope = new Scope('killed node')
const logger = createLogger({ level: 'error', destination: { write: (line) => appendFileSync(options.log, line) } })
const gateway = await startGateway({
  environment: readEnvironment({
    PORT: String(options.port),
    OFFHOOK_DATA_DIR: options.dataDir,
    OFFHOOK_SIMULATORS: 'off',
    OFFHOOK_VAD: 'energy',
    OFFHOOK_ALLOW_HOSTS: '127.0.0.1',
    OFFHOOK_REPLAY: String(options.replay ?? false),
    ...(options.publicUrl === undefined ? {} : { OFFHOOK_PUBLIC_URL: options.publicUrl }),
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    ...(options.peer ? { REDIS_URL: options.peer.redisUrl, OFFHOOK_SECRET_KEY: options.peer.secretKey } : {}),
  }),
  values: {},
  providers: { carriers: [twilio], agents: [actor], recognisers: [], models: [], speakers: [] },
  ...{ clock: realClock, ids: randomIds, logger, scope },
})
const { store, engine } = gateway

store.journal.watch((entry) => {
  appendFileSync(options.journal, `${JSON.stringify(entry)}\n`)
  if (entry.event.type === 'call.ended') tell({ type: 'ended', call: entry.call })
  if (options.killAt === entry.sequence) process.kill(process.pid, 'SIGKILL')
})
if (options.hold) holdCalls(gateway)
for (const [index, { point }] of (options.queues ?? []).entries()) holdQueued(gateway, queuedNumber(index, 0), point)
if (!(await store.connections.get(organization, connection))) await furnish()
process.on('message', (message: ToNode) => void obey(message))
for (const { id, endedAt } of (await store.calls.list(organization, { limit: 200 })).items)
  if (endedAt !== undefined) tell({ type: 'ended', call: id })
tell({ type: 'ready', port: Number(new URL(gateway.url).port), connection })

async function obey(message: ToNode): Promise<void> {
  switch (message.type) {
    case 'dial': {
      const { to, queue } = message
      dialing = to
      const from = options.queues?.[queue ?? -1]?.number ?? options.number
      await dial(engine, organization, { to, from, connection: connectionOf(queue), agent })
      return
    }
    case 'transfer': {
      const [call] = await store.calls.open()
      await command(engine, call!, { type: 'transfer', to: message.to })
      return
    }
    case 'dump': {
      const records = await store.calls.list(organization, { limit: 200 })
      return tell({ type: 'dump', journal: await store.journal.after(0, { limit: 10_000 }), calls: records.items })
    }
    case 'stop':
      await scope.close()
      return process.disconnect?.()
    default:
      message satisfies never
  }
}

/** A call goes no further than the entry asked for: that one is durable, and the call never learns of it. */
function holdCalls({ store: { journal }, engine: { live } }: Gateway): void {
  const append = journal.append.bind(journal)
  const never = new Promise<never>(() => undefined)
  Object.assign(journal, {
    append(entry: JournalEntry, urgent?: boolean) {
      const plan = live.get(entry.call)?.running.call.plan
      const last = plan ? stopAt(plan.direction === 'outbound' ? plan.to : plan.from) : undefined
      if (last === undefined || entry.sequence < last) return append(entry, urgent)
      if (entry.sequence > last) return never
      void append(entry).then(() => tell({ type: 'held', call: entry.call }))
      return never
    },
  })
}

/** The call to `to` goes no further once what stands at `point` is durable, or once the carrier took the dial and before that is written. */
function holdQueued({ store: { jobs, calls, journal } }: Gateway, to: string, point: HoldPoint): void {
  const add = jobs.add.bind(jobs)
  const create = calls.create.bind(calls)
  const append = journal.append.bind(journal)
  const never = new Promise<never>(() => undefined)
  let holding = false
  const still = (call: string): Promise<never> => {
    holding = true
    tell({ type: 'held', call })
    return never
  }
  let wanted: string | undefined
  Object.assign(jobs, {
    async add(...given: Parameters<typeof add>) {
      await add(...given)
      if (point === 'job' && dialing === to) await still('no record')
    },
  })
  Object.assign(calls, {
    async create(...given: Parameters<typeof create>) {
      if (given[0].to === to) wanted = given[0].id
      await create(...given)
      if (point === 'record' && given[0].id === wanted) await still(given[0].id)
    },
  })
  Object.assign(journal, {
    async append(...given: Parameters<typeof append>) {
      const [{ call, event }] = given
      if (call === wanted && holding) return never
      if (point === 'taken' && call === wanted && event.type === 'command.accepted') return still(call)
      const written = await append(...given)
      return call === wanted && event.type === point ? still(call) : written
    },
  })
}

async function furnish(): Promise<void> {
  const now = realClock.now()
  const dates = { createdAt: now, updatedAt: now }
  const { accountSid, authToken, apiBase, number } = options
  await store.agents.create({
    id: agent,
    organization,
    name: 'Actor',
    provider: actor.name,
    settings: { digitTimeout: 0 },
    ...dates,
  })
  await store.connections.create({
    ...{ id: connection, organization, kind: 'carrier', provider: 'twilio', name: 'Killed', account: accountSid },
    ...{ settings: { accountSid, authToken, apiBase }, isDefault: true, source: 'api', ...dates },
  })
  for (const [index, { point: name, accountSid: account, authToken: token }] of (options.queues ?? []).entries())
    await store.connections.create({
      ...{ id: connectionOf(index), organization, kind: 'carrier', provider: 'twilio', name, account },
      settings: { accountSid: account, authToken: token, apiBase, maxConcurrentCalls: 1 },
      ...{ isDefault: false, source: 'api', ...dates },
    })
  await store.numbers.create({ id: 'num_killed', organization, connection, number, display: number, agent, ...dates })
}
