/** A call whose agent used a tool of the user's and broke a rule runs again the same, although no server is asked. */
import { expect, test } from 'vitest'
import { compare, replayCall } from '../../src/calls/replay.ts'
import { Scope } from '../../src/lib/scope.ts'
import { inCall, over } from '../conformance/live/stage.ts'
import { until } from '../e2e/until.ts'
import { toolServer } from '../e2e/users-tools.ts'
import { archive, carriers } from './recorded.ts'

const { stage, replay } = archive()

test('a tool’s result and a guardrail come back from the recording', async () => {
  await using scope = new Scope('tools')
  let asked = 0
  const url = await toolServer(scope, () => ({ text: `{"asked":${++asked}}` }))
  const tool = { name: 'ask', description: 'Asks.', url, headers: { authorization: 'Bearer replay-0123456789' } }
  const rule = { name: 'pitch', type: 'terms', terms: ['700 hz'] }
  const set = await stage({ tools: [tool], guardrails: [rule] })
  const { call, player } = await inCall(set)
  expect(await player.use('ask')).toMatchObject({ ok: true, result: { asked: 1 } })
  player.say(2_000, 700)
  await until('other words', () => player.orders.some(({ type }) => type === 'say'))
  player.ask('hang_up')
  await over(set.house, call.id)
  const recorded = await replay(call.id)
  const again = await replayCall({ call: recorded.call, inputs: recorded.inputs, carriers })
  expect(compare(recorded.inputs, again)).toBeUndefined()
  expect(again.entries.map(({ event }) => event.type)).toEqual(
    expect.arrayContaining(['tool.returned', 'guardrail.hit', 'call.ended']),
  )
  expect(asked).toBe(1)
  expect(JSON.stringify(recorded.inputs)).not.toContain('replay-0123456789')
})
