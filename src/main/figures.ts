/** Prometheus figures: what the rooms count, and what the process is. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'

export interface Figures {
  readonly registry: Registry
  count(name: string, labels?: Readonly<Record<string, string>>): void
}

/** Every counter with its labels: a name that is not here is a mistake, and throws in tests. */
const counters = {
  'webhook.accepted': ['carrier'],
  'webhook.refused': ['carrier', 'code'],
  'webhook.orphaned': ['carrier'],
  'webhook.delivery': ['outcome'],
  'media.refused': [],
  'media.capped': [],
  'media.ignored': ['carrier'],
  'media.congested': ['carrier'],
  'line.refused': ['carrier', 'why'],
  'line.dropped': ['carrier', 'why'],
  'line.probed': ['carrier', 'outcome'],
  'line.referred': ['carrier', 'outcome'],
  'calls.ended': ['reason', 'status'],
} as const satisfies Record<string, readonly string[]>

export function createFigures(calls: () => number): Figures {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const made = new Map<string, Counter>()
  for (const [name, labelNames] of Object.entries(counters))
    made.set(
      name,
      new Counter({
        name: `offhook_${name.replace('.', '_')}_total`,
        help: name.replace('.', ' '),
        labelNames,
        registers: [registry],
      }),
    )
  registry.registerMetric(
    new Gauge({
      name: 'offhook_calls_running',
      help: 'Calls that run in this process',
      registers: [],
      collect() {
        this.set(calls())
      },
    }),
  )
  return { registry, count: (name, labels) => made.get(name)?.inc({ ...labels }) }
}
