/** The gateway in a process of its own, to be measured: told what to do over IPC. */
import { accountOf } from '../src/api/settings.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { createLogger } from '../src/lib/log.ts'
import { Scope } from '../src/lib/scope.ts'
import { readEnvironment } from '../src/main/environment.ts'
import { startGateway, type Gateway } from '../src/main/gateway.ts'
import { ownProviders } from '../src/main/providers.ts'
import { organization } from '../src/main/seed.ts'
import { watchLoop } from './loop.ts'
import type { Answer, Answers, Memory, Question, Ready, Usage } from './messages.ts'
import { createTalker } from './talker.ts'

const connection = 'con_bench'
const agent = 'agt_bench'
const scope = new Scope('bench gateway')
const logger = createLogger({ level: 'warn', format: 'pretty', destination: process.stderr })
const talker = createTalker()
const stalls = watchLoop()
let gateway: Gateway | undefined

async function start(order: Question & { readonly type: 'start' }): Promise<Ready> {
  const hosts = [order.apiBase, ...(order.vendors ? [order.vendors] : [])].map((url) => new URL(url).host)
  const inMemory = order.databaseUrl === undefined
  const environment = {
    ...readEnvironment({
      OFFHOOK_DATA_DIR: order.dataDir,
      OFFHOOK_ALLOW_HOSTS: hosts.join(','),
      ...(inMemory ? {} : { DATABASE_URL: order.databaseUrl }),
    }),
    ...{ port: 0, simulators: false, record: order.record },
  }
  const providers = { ...ownProviders, agents: [...ownProviders.agents, talker.spec] }
  const parts = { environment, values: {}, providers, clock: realClock, ids: randomIds, logger, scope, inMemory }
  gateway = await startGateway(parts)
  await seed(gateway, order)
  const vad = gateway.engine.vad(600)(8000)
  const { windowMs } = vad
  vad[Symbol.dispose]()
  return { url: gateway.url, connection, key: gateway.adminKey.secret, windowMs }
}

async function seed({ store }: Gateway, order: Question & { readonly type: 'start' }): Promise<void> {
  const { carrier, settings: account, number } = order
  const spec = ownProviders.carriers.find(({ name }) => name === carrier)
  if (!spec) throw new Error(`no carrier provider is named "${carrier}"`)
  const known = accountOf(spec.settings, account)
  const at = { createdAt: realClock.now(), updatedAt: realClock.now() }
  await store.connections.create({
    ...{ id: connection, organization, kind: 'carrier', provider: carrier, name: 'Bench', settings: account },
    ...{ isDefault: false, source: 'api', ...(known === undefined ? {} : { account: known }), ...at },
  })
  const provider = { echo: 'echo', '24k': 'echo', talker: 'talker', pipeline: 'pipeline' }[order.agent]
  const settings = {
    echo: {},
    '24k': { rate: 24_000 },
    talker: { greeting: 'tone', bargeInAfter: 0 },
    pipeline: pipelineOf(order.vendors ?? ''),
  }[order.agent]
  await store.agents.create({ id: agent, organization, name: 'Bench', provider, settings, ...at })
  await store.numbers.create({ id: 'num_bench', organization, connection, number, display: number, agent, ...at })
}

/** The vendors' protocols as their providers speak them; sound as the line carries it, so that its stamps stay readable. */
function pipelineOf(url: string) {
  const socket = url.replace(/^http/, 'ws')
  return {
    recogniser: 'deepgram',
    recogniserSettings: { key: 'bench-key', model: 'flux-general-en', rate: 8000, baseUrl: socket },
    model: 'openai-compatible',
    modelSettings: { model: 'bench', key: 'bench-key', url },
    speaker: 'cartesia',
    speakerSettings: { key: 'bench-key', rate: 8000, baseUrl: socket },
    idleTimeout: 0,
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  const legs = [...(gateway?.engine.live.values() ?? [])].flatMap(({ leg, running }) =>
    leg && !running.ended ? [leg.speaker.stats] : [],
  )
  return {
    cpu: user + system,
    preempted: process.resourceUsage().involuntaryContextSwitches,
    framesSent: legs.reduce((sum, { framesSent }) => sum + framesSent, 0),
    lateFrames: legs.reduce((sum, { lateFrames }) => sum + lateFrames, 0),
    calls: legs.length,
    stalls: stalls(),
    heard: talker.counts.heard,
    missed: talker.counts.missed,
    decisions: talker.counts.decisions,
  }
}

async function memory(): Promise<Memory> {
  // Several: what the first collection finalises, the next frees; the last resort gives back what the young ones grew to.
  for (let round = 0; round < 3; round++) {
    await realClock.sleep(100)
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed + external }
}

async function answer(question: Question): Promise<Answers[Question['type']]> {
  switch (question.type) {
    case 'start':
      return start(question)
    case 'usage':
      return usage()
    case 'memory':
      return memory()
    case 'stop':
      return scope.close().then(() => undefined)
    default:
      return question satisfies never
  }
}

function tell(reply: Answer, then: () => void = () => undefined): void {
  process.send?.(reply, undefined, undefined, then)
}

process.on('message', (message) => {
  const question = message as Question // sent by child.ts
  answer(question).then(
    (value) => tell({ value }, question.type === 'stop' ? () => process.exit(0) : undefined),
    (error: unknown) => tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
// The load is gone: nobody will ask again.
process.on('disconnect', () => process.exit(0))
