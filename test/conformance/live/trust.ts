/** Who may tell us something: signatures, replays, duplicates, retries. */
import { describe, expect, test } from 'vitest'
import { pause } from '../../e2e/until.ts'
import type { LiveFixture } from './fixture.ts'
import { callerNumber, inCall, over, person, type SetStage } from './stage.ts'
import { place } from './outbound.ts'

export function describeTrust(fixture: LiveFixture, stage: SetStage): void {
  if (!fixture.spec.webhook) return
  describe('a webhook', () => {
    test.each(['wrong', 'missing', 'foreign'] as const)('with a %s signature makes no call', async (signature) => {
      const set = await stage()
      set.line.faults.signature = signature
      const leg = set.line.ring({ from: callerNumber, phone: person() })
      const end = await leg.ended
      expect(end.status).not.toBe('completed')
      expect(leg.streams).toHaveLength(0)
      const reply = leg.wire.find(({ kind }) => kind === 'reply')
      expect(reply?.text).toMatch(/^403/)
      const { data } = await set.house.client.GET('/v1/calls', {
        params: { query: { connection: set.line.connection } },
      })
      expect(data?.items).toEqual([])
      const secrets = JSON.stringify(set.house.logger.lines)
      expect(secrets).not.toContain(set.house.key)
    })

    test('that comes twice at once makes one call', async () => {
      const set = await stage({ greeting: 'hello' })
      set.line.faults.duplicateWebhooks = true
      const { call, leg } = await inCall(set)
      await pause(400)
      leg.hangup()
      await over(set.house, call.id)
      await pause(300)
      const { data } = await set.house.client.GET('/v1/calls', {
        params: { query: { connection: set.line.connection } },
      })
      expect(data?.items.map(({ ref }) => ref)).toEqual([leg.ref])
      const types = (await set.house.events(call.id)).map(({ event }) => event.type)
      for (const once of ['call.offered', 'call.ended', 'media.opened'])
        expect(types.filter((type) => type === once)).toHaveLength(1)
    })

    test('that is sent again later changes nothing', async () => {
      const set = await stage()
      set.line.faults.replayWebhooksAfterMs = 300
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
      const { call, leg } = await place(set)
      await set.house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
      await pause(800)
      leg.hangup()
      await over(set.house, call.id)
      await pause(800)
      const events = await set.house.events(call.id)
      const progress = events.flatMap(({ event }) => (event.type === 'call.progressed' ? [String(event['raw'])] : []))
      if (fixture.tellsReplays !== false) expect(new Set(progress).size).toBe(progress.length)
      expect(events.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
      expect(events.at(-1)).toBeDefined()
    })

    test('callbacks in the wrong order end in the right state', async () => {
      const set = await stage()
      set.line.faults.swapCallbacks = true
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
      const { call, leg } = await place(set)
      await set.house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
      await pause(300)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed' })
      await pause(300)
      const statuses: string[] = []
      for (const { event } of await set.house.events(call.id))
        if (event.type === 'call.ended') statuses.push(String(event['status']))
      expect(statuses).toEqual(['completed'])
      expect(await set.house.callWhen('same', call.id, () => true)).toMatchObject({ status: 'completed' })
    })

    test('that is tried again after a lost answer gets the same call', async () => {
      const set = await stage({ greeting: 'hello' })
      set.line.faults.replayWebhooksAfterMs = 50
      const { call, leg } = await inCall(set)
      await pause(500)
      expect(leg.status).toBe('in-progress')
      const { data } = await set.house.client.GET('/v1/calls', {
        params: { query: { connection: set.line.connection } },
      })
      expect(data?.items.map(({ id }) => id)).toEqual([call.id])
      const replies = leg.wire.filter(({ kind, from }) => kind === 'reply' && from === 'gateway')
      expect(replies.length).toBeGreaterThanOrEqual(2)
      const answers = replies.filter(({ text }) => text.includes('media/'))
      expect(answers).toHaveLength(fixture.answersBy === 'request' ? 0 : 2)
      leg.hangup()
      await over(set.house, call.id)
    })
  })
}
