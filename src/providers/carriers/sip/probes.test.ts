import { expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { silentLogger } from '../../../lib/log.ts'
import type { RequestOptions } from '../../../protocols/sip/ua/contract.ts'
import { request, responseTo } from '../../../protocols/sip/message/build.ts'
import { Probes } from './probes.ts'
import { settings } from './settings.ts'
import { trunkOf } from './trunk.ts'

const trunk = (given: Parameters<typeof settings.parse>[0]) =>
  trunkOf({ id: 'con_1', organization: 'org_1', isDefault: true, settings: settings.parse(given) }, new Set())

const asked = request({
  ...{ method: 'OPTIONS', uri: 'sip:h', from: '<sip:a>;tag=a', to: '<sip:h>', callId: 'c' },
  cseq: { number: 1, method: 'OPTIONS' },
})

/** The peer's answers in order; a text: nobody answers, and why. The last one stays. */
function open(...answers: (number | string)[]) {
  const clock = new VirtualClock()
  const sent: RequestOptions[] = []
  const counted: unknown[] = []
  let changes = 0
  const probes = new Probes({
    host: { clock, logger: silentLogger, count: (name, labels) => void counted.push([name, labels?.['outcome']]) },
    agent: {
      request: async (options) => {
        sent.push(options)
        const [answer = 200] = answers.length > 1 ? answers.splice(0, 1) : answers
        if (typeof answer === 'string') throw new Error(answer)
        return responseTo(asked, answer)
      },
    },
    doorOf: () => ({ name: 'tls:0', advertised: { host: 'sbc.example.com', port: 5061 } }),
    changed: () => changes++,
  })
  return { clock, probes, sent, counted, changes: () => changes }
}

test('a peer that wants it is asked now and again, by the way its calls go', async () => {
  const { clock, probes, sent, changes } = open(200)
  const line = trunk({ host: 'pbx.example.com', transport: 'tls', probe: 60 })
  probes.follow([line])
  expect(probes.of(line)).toEqual({ state: 'asking', says: 'Asked by OPTIONS' })
  await clock.advanceAsync(0)
  expect(sent[0]).toMatchObject({
    ...{ method: 'OPTIONS', uri: 'sip:pbx.example.com;transport=tls', listener: 'tls:0', contact: {} },
    from: '<sip:sbc.example.com>',
  })
  expect(probes.of(line)).toEqual({ state: 'alive', says: 'Answered OPTIONS with 200 OK', next: clock.now() + 60_000 })
  await clock.advanceAsync(120_000)
  probes.follow([line])
  expect([sent.length, changes()]).toEqual([3, 1])
  probes.close()
  await clock.advanceAsync(120_000)
  expect([sent.length, clock.pending]).toEqual([3, 0])
})

test.each([405, 403, 503])('%i is a sign of life', async (status) => {
  const { clock, probes } = open(status)
  const line = trunk({ host: 'pbx.example.com', probe: 60 })
  probes.follow([line])
  await clock.advanceAsync(0)
  expect(probes.of(line)?.state).toBe('alive')
  expect(() => probes.requireAlive(line, 'sip:1@pbx.example.com')).not.toThrow()
})

test('calls to a peer that is down fail at once with a sentence, until it is there again', async () => {
  const { clock, probes, counted, changes } = open('192.0.2.9 gave no answer', 200)
  const line = trunk({ host: 'pbx.example.com:5080', probe: 300 })
  probes.follow([line])
  await clock.advanceAsync(0)
  expect(() => probes.requireAlive(line, 'sip:1@pbx.example.com:5080;transport=tcp')).toThrow(
    'The peer of trunk con_1 is down, so nothing was sent: 192.0.2.9 gave no answer. It is asked again at 00:00:30 UTC',
  )
  expect(() => probes.requireAlive(line, 'sip:1@elsewhere.example')).not.toThrow()
  // Sooner than it would be asked in good days.
  await clock.advanceAsync(30_000)
  expect(() => probes.requireAlive(line, 'sip:1@pbx.example.com:5080')).not.toThrow()
  expect(counted).toEqual([
    ['line.probed', 'down'],
    ['line.probed', 'alive'],
  ])
  expect(changes()).toBe(2)
})

test('a proxy stands before every address, and is asked instead', async () => {
  const { clock, probes, sent } = open('nobody')
  const line = trunk({ host: 'pbx.example.com', proxy: '192.0.2.1', transport: 'tcp', probe: 60 })
  probes.follow([line])
  await clock.advanceAsync(0)
  expect(sent[0]).toMatchObject({ uri: 'sip:pbx.example.com', proxy: 'sip:192.0.2.1;lr;transport=tcp' })
  expect(() => probes.requireAlive(line, 'sip:1@elsewhere.example')).toThrow('is down')
})

test('settings that are others begin anew, and what comes late is nobody’s; without `probe` or host nobody is asked', async () => {
  const { clock, probes, sent } = open('nobody', 200)
  const host = 'pbx.example.com'
  probes.follow([trunk({ host, probe: 60 })])
  const moved = trunk({ host: 'other.example.com', probe: 60 })
  probes.follow([moved])
  await clock.advanceAsync(0)
  expect([sent.length, probes.of(moved)?.state]).toEqual([2, 'alive'])
  for (const none of [trunk({ host }), trunk({ probe: 60 })]) {
    probes.follow([none])
    expect(probes.of(none)).toBeUndefined()
  }
  await clock.advanceAsync(60_000)
  expect([sent.length, clock.pending]).toEqual([2, 0])
})
