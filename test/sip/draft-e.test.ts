import { afterAll, beforeAll, expect, test } from 'vitest'
import { Phone, startSip, type SipSimulator } from '../../simulators/index.ts'
import { framesOfTone, tone } from '../../simulators/sound/tones.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { sip } from '../../src/providers/carriers/sip/sip.ts'
import { openHouse, type House } from '../e2e/gateway.ts'

let house: House
let pbx: SipSimulator
let connection: string
beforeAll(async () => {
  const values = { OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0,tcp://127.0.0.1:0', OFFHOOK_RTP_PORTS: '0-0' }
  house = await openHouse({ providers: { carriers: [sip] }, options: { values } })
  pbx = await startSip({ clock: realClock, ids: randomIds, scope: house.scope, ringGraceMs: 0 })
  const agent = await house.client.POST('/v1/agents', { body: { name: 'echo', provider: 'echo', settings: {} } })
  const made = await house.request('POST', '/v1/connections', {
    kind: 'carrier',
    provider: 'sip',
    name: 'pbx',
    settings: { host: `127.0.0.1:${pbx.at.port}`, agent: agent.data?.id, defaultFrom: '+15550100002' },
  })
  const body = await made.json()
  console.log(made.status, JSON.stringify(body))
  connection = body.id
  const door = house.gateway.engine.listeners.get('sip')?.doors?.find(({ protocol }) => protocol === 'udp')
  console.log(door)
  pbx.point('+15550100002', { voice: `sip:127.0.0.1:${door?.port}` })
})
afterAll(() => house[Symbol.asyncDispose]())

test('in', async () => {
  const phone = new Phone({
    clock: realClock,
    script: async (me) => {
      await me.say(tone(440, 1000))
      await me.waitForSilence(400)
    },
  })
  const call = pbx.call({ from: '+15550100001', to: '+15550100002', phone })
  console.log('answered', await call.answered)
  await phone.done
  call.hangup?.()
  await new Promise((r) => setTimeout(r, 1500))
  for (const l of house.logger.lines) console.log(l.level, l.message, JSON.stringify(l.fields))
  const calls = await (await house.request('GET', '/v1/calls')).json()
  console.log(JSON.stringify(calls))
  for (const e of await house.events(calls.items?.[0]?.id ?? calls.data?.[0]?.id)) console.log(JSON.stringify(e))
  console.log(framesOfTone(call.heard(), 440))
  const wire = await (
    await house.request('GET', `/v1/calls/${calls.items?.[0]?.id ?? calls.data?.[0]?.id}/wire`)
  ).json()
  console.log(JSON.stringify(wire).slice(0, 6000))
})
