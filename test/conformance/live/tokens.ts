/** Media tokens: whoever opens a media socket must be the call it was made for. */
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { randomIds } from '../../../src/lib/ids.ts'
import { pause, until } from '../../e2e/until.ts'
import type { LiveFixture } from './fixture.ts'
import { callerNumber, inCall, over, person, toneMs, type Stage, type SetStage } from './stage.ts'

export function describeTokens(fixture: LiveFixture, stage: SetStage): void {
  if (!fixture.spec.stream) return
  const { media } = fixture
  describe('a media token', () => {
    const socketUrl = (set: Stage, token: string) => `${set.house.url.replace('http', 'ws')}/media/${token}`

    test('that was never issued opens nothing', async () => {
      const set = await stage()
      expect(await knock(socketUrl(set, randomIds.token()))).toEqual({ status: 403 })
      expect(await knock(`${set.house.url.replace('http', 'ws')}/media/short`)).toEqual({ status: 404 })
      expect(await knock(`${set.house.url.replace('http', 'ws')}/elsewhere`)).toEqual({ status: 404 })
    })

    test('that has expired opens nothing', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      const grant = { call: call.id, organization: 'org_default', carrier: call.carrier, connection: call.connection }
      const token = await set.house.gateway.engine.tokens.issue(grant, 1)
      await pause(50)
      expect(await knock(socketUrl(set, token))).toEqual({ status: 403 })
      leg.hangup()
      await over(set.house, call.id)
    })

    test.skipIf(fixture.namesCall === false)('is of no use to another call, and its own call goes on', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      const url = await until('the address', () => media.address(leg))
      expect(await knock(url, media.opening(set.line, media.otherRef))).toMatchObject({ code: 1008 })
      player.say(400, 700)
      await until('the agent, unharmed', () => toneMs(leg.heard(), 700) >= 300)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })

    test.skipIf(fixture.namesCall === false)('cannot be taken by another call before its own comes', async () => {
      const set = await stage({ greeting: 'hello' })
      // The thief reads the answer on its way and is faster than the carrier.
      const { engine } = set.house.gateway
      const issue = engine.tokens.issue.bind(engine.tokens)
      let thief: Promise<unknown> | undefined
      Object.assign(engine.tokens, {
        issue: async (...given: Parameters<typeof issue>) => {
          const token = await issue(...given)
          if (given[0].connection === set.line.connection)
            await (thief ??= knock(socketUrl(set, token), media.opening(set.line, media.otherRef)))
          return token
        },
      })
      const leg = set.line.ring({ from: callerNumber, phone: person() })
      const call = await set.house.callByRef(leg.ref)
      await until('the greeting', () => toneMs(leg.heard(), 1000) >= 500)
      expect(await thief).toMatchObject({ code: 1008 })
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })

    test('dies with its call, and stands in no log', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      const url = await until('the address', () => media.address(leg))
      leg.hangup()
      await over(set.house, call.id)
      await until('the token gone', async () => 'status' in (await knock(url)))
      const token = url.slice(url.lastIndexOf('/') + 1)
      expect(JSON.stringify(set.house.logger.lines)).not.toContain(token)
    })

    test.each([
      ['nonsense', ['hello?']],
      ['binary nonsense', [Buffer.from([1, 2, 3])]],
      ['no start', []],
    ] as const)('with %s claims nothing, and the call goes on', async (what, messages) => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      const url = await until('the address', () => media.address(leg))
      if (what !== 'no start') expect(await knock(url, messages)).toMatchObject({ code: 1008 })
      else {
        const socket = new WebSocket(url)
        await new Promise((resolve) => socket.once('open', resolve))
        socket.terminate()
      }
      player.say(400, 700)
      await until('the agent, unharmed', () => toneMs(leg.heard(), 700) >= 300)
      leg.hangup()
      await over(set.house, call.id)
    })
  })
}

/** Opens the socket, says `messages`, and tells how it was turned away: the HTTP status, or the close code. */
function knock(
  url: string,
  messages: readonly (string | Buffer)[] = [],
): Promise<{ readonly status: number } | { readonly code: number; readonly reason: string } | { readonly open: true }> {
  const { promise, resolve, reject } = Promise.withResolvers<
    { readonly status: number } | { readonly code: number; readonly reason: string } | { readonly open: true }
  >()
  const socket = new WebSocket(url)
  socket.on('open', () => {
    for (const message of messages) socket.send(message)
    if (messages.length === 0) {
      resolve({ open: true })
      socket.terminate()
    }
  })
  socket.on('unexpected-response', (request, response) => {
    resolve({ status: response.statusCode ?? 0 })
    request.destroy()
  })
  socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  socket.on('error', reject)
  return promise
}
