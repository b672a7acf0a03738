/** A gateway in a process of its own, with a clock that leaps, that says what it holds: run with --expose-gc. */
import { getHeapSpaceStatistics } from 'node:v8'
import { dial } from '../../../src/calls/outbound.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { createLogger } from '../../../src/lib/log.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { readEnvironment } from '../../../src/main/environment.ts'
import { startGateway } from '../../../src/main/gateway.ts'
import { organization } from '../../../src/main/seed.ts'
import { echo } from '../../../src/providers/agents/echo/echo.ts'
import { twilio } from '../../../src/providers/carriers/twilio/twilio.ts'
import { MemoryCoordination } from '../../../src/store/coordination/memory.ts'
import { LeapingClock } from '../leaping.ts'
import type { ChurnOptions, Holdings, Said, Told } from './words.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as ChurnOptions // written by the test
const say = (message: Said): void => void process.send?.(message)
const clock = new LeapingClock()
const scope = new Scope('churned node')
const logger = createLogger({ level: 'info', destination: { write: () => undefined } })
let failures = 0
process.on('unhandledRejection', () => failures++)
process.on('warning', () => failures++)

const gateway = await startGateway({
  environment: readEnvironment({
    PORT: '0',
    OFFHOOK_DATA_DIR: options.dataDir,
    OFFHOOK_SIMULATORS: 'off',
    OFFHOOK_VAD: 'energy',
    OFFHOOK_ALLOW_HOSTS: '127.0.0.1',
  }),
  values: {},
  providers: { carriers: [twilio], agents: [echo], recognisers: [], models: [], speakers: [] },
  ...{ clock, ids: randomIds, logger, scope, inMemory: true },
})
const { store, engine } = gateway
await furnish()
process.on('message', (message: Told) => void obey(message))
say({ type: 'ready', port: Number(new URL(gateway.url).port) })

async function obey(message: Told): Promise<void> {
  switch (message.type) {
    case 'dial': {
      const { to } = message
      await dial(engine, organization, { to, from: options.number, connection: 'con_churn', agent: 'agt_echo' })
      return
    }
    case 'running': {
      const running = [...engine.live.values()].filter((live) => !live.running.ended).length
      return say({ type: 'running', running })
    }
    case 'rest':
      return say({ type: 'holdings', ...(await rest()) })
    case 'stop':
      await scope.close()
      return process.disconnect?.()
    default:
      message satisfies never
  }
}

/** A day passes: whatever is kept for late callbacks, retries and replays is let go of. */
async function rest(): Promise<Holdings> {
  for (let turn = 0; turn < 4; turn++) {
    clock.leap(turn < 2 ? 301_000 : 25 * 3_600_000)
    await realClock.sleep(700)
  }
  for (let turn = 0; turn < 4; turn++) {
    // The usual collection leaves functions compiled that have not run for a while, now more of them, now fewer.
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await realClock.sleep(50)
  }
  const { external, arrayBuffers, rss } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const { coordination } = engine
  return {
    ...{ heap: heldByObjects(), external: external + arrayBuffers, rss, resources, timers: clock.pending, failures },
    live: engine.live.size,
    offers: engine.offers.size,
    keys: coordination instanceof MemoryCoordination ? coordination.size : -1,
    calls: (await store.calls.list(organization, { limit: 1 })).items.length,
  }
}

/** Without the compiled code: it grows with what the compiler finds worth its while, also when no call leaves anything. */
function heldByObjects(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => !/code|trusted/.test(name))
  return spaces.reduce((sum, { space_used_size: used }) => sum + used, 0)
}

async function furnish(): Promise<void> {
  const now = clock.now()
  const dates = { createdAt: now, updatedAt: now }
  const { accountSid, authToken, apiBase, number } = options
  await store.connections.create({
    ...{ id: 'con_churn', organization, kind: 'carrier', provider: 'twilio', name: 'Churn', account: accountSid },
    ...{ settings: { accountSid, authToken, apiBase }, isDefault: true, source: 'api', ...dates },
  })
  const agent = 'agt_echo'
  await store.numbers.create({
    ...{ id: 'num_churn', organization, connection: 'con_churn', number, display: number, agent, ...dates },
  })
}
