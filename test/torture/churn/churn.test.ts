/** A thousand short calls through one gateway: afterwards it holds what it held before. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Phone, startTwilio, type SimulatedCall, type TwilioSimulator } from '../../../simulators/index.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { speech } from '../../conformance/live/stage.ts'
import type { ChurnOptions, Holdings, Said, Told } from './words.ts'

const churned = Number(process.env['CHURN_CALLS'] ?? 1_000)
/** The same kinds of calls once before, so that what is made on first use is there. */
const warmup = 100
const atOnce = 50
const number = '+15550400001'
const unassigned = '+15550400002'

/** How much more heap a rested gateway may hold after the calls than before, bytes: 2 KiB a call. */
const heapMargin = 2 * 1024 * churned

const program = fileURLToPath(new URL('node.ts', import.meta.url))
const hello = speech(200)

function shortPhone(): Phone {
  return new Phone({
    clock: realClock,
    record: false,
    script: async (self) => {
      await self.say(hello)
      self.hangup()
    },
  })
}

test('a thousand calls leave no handle, timer, key or memory behind', { timeout: 280_000 }, async () => {
  await using scope = new Scope('churn')
  const carrier = scope.child('carrier')
  const { tell, answer, simulator } = await start(scope, carrier)
  const churn = async (count: number): Promise<void> => {
    let next = 0
    const caller = async (): Promise<void> => {
      while (next < count) await oneCall(simulator, tell, next++)
    }
    await Promise.all(Array.from({ length: atOnce }, caller))
    for (;;) {
      tell({ type: 'running' })
      if ((await answer('running')).running === 0) return
      await realClock.sleep(100)
    }
  }
  const rest = async (): Promise<Holdings> => {
    tell({ type: 'rest' })
    return answer('holdings')
  }
  await churn(warmup)
  const before = await rest()
  const began = realClock.monotonic()
  await churn(churned)
  const seconds = (realClock.monotonic() - began) / 1000
  const after = await rest()
  const grown = (after.heap - before.heap) / 1024
  console.log(
    `${churned} calls in ${seconds.toFixed(1)} s; heap ${(before.heap / 2 ** 20).toFixed(1)} MB → ${(after.heap / 2 ** 20).toFixed(1)} MB`,
    `(${(grown / churned).toFixed(2)} kB a call), rss ${(before.rss / 2 ** 20).toFixed(0)} → ${(after.rss / 2 ** 20).toFixed(0)} MB,`,
    `timers ${before.timers} → ${after.timers}, keys ${before.keys} → ${after.keys}, handles ${JSON.stringify(after.resources)}`,
  )
  expect(after).toMatchObject({ live: 0, offers: 0, failures: 0 })
  expect(after.timers).toBeLessThanOrEqual(before.timers)
  expect(after.keys).toBeLessThanOrEqual(before.keys)
  expect(after.heap - before.heap).toBeLessThan(heapMargin)
  // Between them lie only the connections that the carrier keeps for its next webhook: they go with it.
  await carrier.close()
  const { TCPSocketWrap: sockets = 0, TCPServerWrap: servers } = (await rest()).resources
  expect({ sockets, servers }).toEqual({ sockets: 0, servers: 1 })
})

/** In turn: two that are answered, one to a number without an agent, one that we place, one to a busy line. */
async function oneCall(simulator: TwilioSimulator, tell: (message: Told) => void, index: number): Promise<void> {
  const from = `+1555041${String(index).padStart(4, '0')}`
  switch (index % 5) {
    case 3:
    case 4: {
      const placed = new Promise<SimulatedCall>((resolve) => expected.set(from, resolve))
      tell({ type: 'dial', to: from })
      await (
        await placed
      ).ended
      return
    }
    case 2:
      await simulator.call({ from, to: unassigned, phone: shortPhone() }).ended
      return
    default:
      await simulator.call({ from, to: number, phone: shortPhone() }).ended
  }
}

/** Calls that the gateway was asked to place, by whom they call. */
const expected = new Map<string, (call: SimulatedCall) => void>()

async function start(scope: Scope, carrier: Scope) {
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-churn-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const hex = (): string => Buffer.from(randomIds.token(16), 'base64url').toString('hex')
  const account = { accountSid: `AC${hex()}`, authToken: hex() }
  const simulator = await startTwilio({
    ...{ clock: realClock, ids: randomIds, scope: carrier, ringGraceMs: 0, priceAfterMs: 0, keepWire: 'none' },
    accounts: [{ ...account, numbers: [number, unassigned] }],
  })
  simulator.onDial((call) => {
    expected.get(call.to)?.(call)
    expected.delete(call.to)
    return Number(call.to.slice(-1)) % 5 === 4 ? { type: 'busy' } : { type: 'answer', phone: shortPhone() }
  })
  const options: ChurnOptions = { dataDir, ...account, apiBase: simulator.url, number }
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const died = once(child, 'exit')
  scope.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.send({ type: 'stop' } satisfies Told)
    await died
  })
  const answer = <T extends Said['type']>(type: T): Promise<Said & { type: T }> =>
    new Promise((resolve, reject) => {
      const heard = (message: Said): void => {
        if (message.type !== type) return
        child.off('message', heard)
        resolve(message as Said & { type: T }) // its type was just looked at
      }
      child.on('message', heard)
      void died.then(() => reject(new Error(`the node died before it said "${type}"`)))
    })
  const { port } = await answer('ready')
  const webhook = (purpose: string) => `http://127.0.0.1:${port}/carriers/twilio/con_churn/${purpose}`
  for (const one of simulator.accounts.get(account.accountSid)?.numbers ?? [])
    Object.assign(one, { voiceUrl: webhook('voice'), statusCallback: webhook('status') })
  return { simulator, answer, tell: (message: Told): void => void child.send(message) }
}
