/** One process without Redis is restarted while a phone rings: whoever picks up then reaches the agent all the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Phone, startTwilio } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { openHouse } from './gateway.ts'

const account = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'b'.repeat(32) }
const number = '+15550100010'

/** The same port before and after: the address that the carrier was told must lead to the new process. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

test('a callee who picks up after the restart hears the agent', async () => {
  await using scope = new Scope('restart')
  const folder = await mkdtemp(join(tmpdir(), 'offhook-restart-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const values = { OFFHOOK_DATA_DIR: folder, PORT: String(await freePort()) }
  const simulator = await startTwilio({
    ...{ clock: realClock, ids: randomIds, scope, ringGraceMs: 0 },
    accounts: [{ ...account, numbers: [number] }],
  })
  const heard = Promise.withResolvers<boolean>()
  const script = async (phone: Phone) => {
    heard.resolve(
      await phone.waitForSpeech(10_000).then(
        () => true,
        () => false,
      ),
    )
    phone.hangup()
  }
  simulator.onDial(() => ({ type: 'answer', afterMs: 6_000, phone: new Phone({ clock: realClock, script }) }))

  const first = await openHouse({ values, inMemory: false })
  const agent = await first.agent({ greeting: 'hello' })
  const settings = { ...account, apiBase: simulator.url, defaultFrom: number }
  const made = await first.client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: 'twilio', name: 'simulated', settings },
  })
  const placed = await first.client.POST('/v1/calls', {
    body: { to: '+15550100099', agent: agent.id, connection: made.data!.id },
  })
  const { id } = placed.data!
  await first.callWhen('ringing', id, (call) => call.status === 'ringing')
  await first.scope.close()

  await using second = await openHouse({ values, inMemory: false })
  expect(await heard.promise).toBe(true)
  const ended = await second.callWhen('the end', id, (call) => call.endedAt !== null, 20_000)
  expect(ended).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
  expect(simulator.calls.size).toBe(1)
})
