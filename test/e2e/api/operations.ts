/** The API as its own document tells it: every operation, with a body that is good and the things its path names. */
import { z } from 'zod'
import type { House } from '../gateway.ts'

const operation = z.looseObject({
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.looseObject({}).optional(),
  responses: z.record(z.string(), z.looseObject({})),
})

const document = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
})

export type Document = z.output<typeof document>

export interface Operation {
  /** `GET /v1/calls/{id}`. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body: boolean
  readonly spec: z.output<typeof operation>
}

export async function readDocument(house: House): Promise<Document> {
  return document.parse(await (await fetch(`${house.url}/openapi.json`)).json())
}

export function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      body: spec.requestBody !== undefined,
      spec,
    })),
  )
}

/** What the operations under a path are about. */
export type Kind = 'calls' | 'connections' | 'numbers' | 'agents' | 'webhooks' | 'keys' | 'users'

/** The way in: strangers may knock. */
export function isPublic({ name }: Operation): boolean {
  return name === 'POST /v1/session'
}

/** What is shown is no list of things that belong to somebody. */
const noLists: ReadonlySet<string> = new Set([
  'GET /v1/events',
  'GET /v1/lines/live',
  'GET /v1/live',
  'GET /v1/prices',
  'GET /v1/providers',
  'GET /v1/session',
  'GET /v1/settings',
  'GET /v1/overview',
  'GET /v1/simulators',
])

export function isList({ name, method, path }: Operation): boolean {
  return method === 'GET' && !path.includes('{') && !noLists.has(name)
}

export function kindOf({ path }: Operation): Kind | undefined {
  const kind = path.split('/')[2]
  const kinds: readonly Kind[] = ['calls', 'connections', 'numbers', 'agents', 'webhooks', 'keys', 'users']
  return kinds.find((one) => one === kind)
}

/** A body that each operation would take, were what it names there. */
export function goodBody(name: string, ids: Readonly<Record<Kind, string>>): unknown {
  const bodies: Readonly<Record<string, unknown>> = {
    'POST /v1/connections': { kind: 'carrier', provider: 'twilio', name: 'x', settings: {} },
    'PUT /v1/connections/{id}': { name: 'x', settings: {} },
    'POST /v1/connections/{id}/numbers/buy': { number: '+15550100077' },
    'POST /v1/connections/{id}/stream-addresses': { agent: ids.agents },
    'POST /v1/numbers': { connection: ids.connections, number: '+15550100078', point: false },
    'PATCH /v1/numbers/{id}': { label: 'x', point: false },
    'POST /v1/agents': { name: 'x', provider: 'studio', settings: {} },
    'PUT /v1/agents/{id}': { name: 'x', provider: 'studio', settings: {} },
    'POST /v1/calls': { to: '+15550199002', agent: ids.agents, connection: ids.connections },
    'POST /v1/calls/bulk': { calls: [{ to: '+15550199002', agent: ids.agents, connection: ids.connections }] },
    'POST /v1/calls/{id}/metrics': { items: [{ name: 'x', value: 1 }] },
    'POST /v1/calls/{id}/transfer': { to: '+15550199002' },
    'POST /v1/calls/{id}/digits': { digits: '1' },
    'POST /v1/calls/{id}/record': { action: 'start' },
    'POST /v1/calls/{id}/play': { text: 'x' },
    'POST /v1/webhooks': { url: 'http://127.0.0.1:9/x', events: ['*'], enabled: true },
    'PUT /v1/webhooks/{id}': { url: 'http://127.0.0.1:9/x', events: ['*'], enabled: true },
    'POST /v1/keys': { name: 'x', scopes: ['calls:read'] },
    'POST /v1/users': { email: 'x@example.com', name: 'x', role: 'viewer' },
    'PATCH /v1/users/{id}': { name: 'x' },
    'PUT /v1/users/{id}/password': { password: 'long enough for this' },
    'POST /v1/session': { key: 'ohk_x' },
    'PUT /v1/session/password': { current: 'x', password: 'long enough for this' },
    'PUT /v1/settings': {
      retention: { recordingsDays: 0, transcriptsDays: 0, callsDays: 0, wireDays: 30 },
      redaction: { numbers: false, transcripts: false, variables: false, recordings: false },
    },
    'POST /v1/simulators/{carrier}/calls': { script: [] },
    'POST /v1/simulators/calls/{simulation}/acts': { script: [{ digits: '1' }] },
  }
  return bodies[name]
}
