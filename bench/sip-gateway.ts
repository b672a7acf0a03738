/** The whole gateway in a process of its own, with a SIP trunk to this machine and its journal on PostgreSQL; nobody's media come. */
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { createLogger } from '../src/lib/log.ts'
import { Scope } from '../src/lib/scope.ts'
import { readEnvironment } from '../src/main/environment.ts'
import { startGateway } from '../src/main/gateway.ts'
import { ownProviders } from '../src/main/providers.ts'
import { organization } from '../src/main/seed.ts'
import type { StackUsage } from './sip-stack.ts'

/** What bench/sip-calls.ts calls. */
const benchNumber = '+15550100001'

const [dataDir = '', databaseUrl = ''] = process.argv.slice(2)
const scope = new Scope('bench gateway')
const clock = realClock
const logger = createLogger({ level: 'warn', format: 'pretty', destination: process.stderr })
const gateway = await startGateway({
  environment: {
    ...readEnvironment({ OFFHOOK_DATA_DIR: dataDir, DATABASE_URL: databaseUrl }),
    ...{ port: 0, simulators: false, record: false },
  },
  values: { OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0' },
  ...{ providers: ownProviders, clock, ids: randomIds, logger, scope },
})
const { store, engine } = gateway
const at = { createdAt: clock.now(), updatedAt: clock.now() }
const [connection, agent] = ['con_bench', 'agt_bench']
await store.connections.create({
  ...{ id: connection, organization, kind: 'carrier', provider: 'sip', name: 'Bench', isDefault: false, source: 'api' },
  settings: { allow: '127.0.0.1', callsIn: 10_000 },
  ...at,
})
await store.agents.create({ id: agent, organization, name: 'Bench', provider: 'echo', settings: {}, ...at })
const number = { id: 'num_bench', organization, connection, number: benchNumber, display: benchNumber, agent }
await store.numbers.create({ ...number, ...at })

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const usage: StackUsage = { cpu: user + system, alive: { calls: engine.live.size } }
  process.send?.(usage)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: engine.listeners.get('sip')?.doors?.[0]?.port })
