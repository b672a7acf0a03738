/** A gateway that has been used: calls, people, a webhook whose server refuses, long names. */
import type { CallRecord } from '../../src/store/contract.ts'
import { organization } from '../../src/main/seed.ts'
import type { House } from '../e2e/gateway.ts'

const longName = 'Reception of the house by the harbour, evenings and holidays, with a name that no column holds'

export interface Furniture {
  /** A call that was completed. */
  readonly call: string
  readonly webhook: string
}

export async function furnish(house: House): Promise<Furniture> {
  await house.client.POST('/v1/agents', { body: { name: longName, provider: 'echo', settings: {} } })
  await house.client.POST('/v1/users', {
    body: { name: 'Ada Lovelace', email: 'ada@example.com', role: 'owner', password: 'analytical engine' },
  })
  await house.client.POST('/v1/keys', { body: { name: longName, scopes: ['calls:read', 'calls:write'] } })
  const webhook = await house.client.POST('/v1/webhooks', {
    body: { url: `${house.url}/nobody/listens/here/and/the/address/is/long`, events: ['*'], enabled: true },
  })
  const calls = await manyCalls(house, 30)
  return { call: calls[0] ?? '', webhook: webhook.data?.id ?? '' }
}

const outcomes = [
  { status: 'completed', endReason: 'caller-hangup' },
  { status: 'completed', endReason: 'agent-hangup' },
  { status: 'no-answer', endReason: 'no-answer' },
  { status: 'failed', endReason: 'carrier-failed' },
  { status: 'busy', endReason: 'busy' },
] as const

/** Past calls, straight into the store: their ids, newest first. */
export async function manyCalls(house: House, amount: number): Promise<readonly string[]> {
  const now = Date.now()
  const ids: string[] = []
  for (let index = 0; index < amount; index += 1) {
    const { status, endReason } = outcomes[index % outcomes.length]! // within the list
    const createdAt = now - (index + 1) * 95_000
    const answered = status === 'completed' ? { answeredAt: createdAt + 4_000 } : {}
    const record: CallRecord = {
      ...{
        id: `call_past${String(index).padStart(5, '0')}`,
        organization,
        direction: index % 3 ? 'inbound' : 'outbound',
      },
      ...{ carrier: 'twilio', connection: 'con_simulated', agent: 'agt_receptionist', status, endReason },
      ...{ from: `+1415555${String(1000 + index)}`, to: '+15550100001', variables: {}, metadata: {} },
      ...{ ringTimeout: 60_000, maxDuration: 7_200_000, machineDetection: false, record: false },
      ...{ createdAt, startedAt: createdAt, endedAt: createdAt + 30_000 + index * 700, ...answered },
    }
    await house.gateway.store.calls.create(record)
    ids.push(record.id)
  }
  return ids
}
