import { EventEmitter } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../calls/engine.ts'
import { VirtualClock } from '../lib/clock.ts'
import { memoryLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { MemoryCoordination } from '../store/coordination/memory.ts'
import type { Role } from '../store/contract/people.ts'
import { openStream, sessionsOver, viewersOf } from './stream.ts'

const less = 'what you may see has changed: connect again'

/** A response that keeps what is written, and lets the test say how much of it is still unread. */
class Raw extends EventEmitter {
  text = ''
  writableLength = 0
  ended = false
  destroyed = false
  writeHead(): void {
    this.text = ''
  }
  write(text: string): void {
    this.text += text
  }
  end(text = ''): void {
    this.text += text
    this.ended = true
  }
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function setting() {
  const clock = new VirtualClock()
  const scope = new Scope('streams')
  const logger = memoryLogger()
  const coordination = new MemoryCoordination({ clock, logger })
  let role: Role | undefined = 'viewer'
  const store = {
    sessions: {
      authenticate: async () =>
        role && {
          kind: 'user',
          session: { id: 'ses_a' },
          user: { id: 'usr_a', name: 'A', organization: 'org_a', role },
        },
    },
  }
  const engine = { clock, scope, logger, coordination, store, publicUrl: () => new URL('http://here/') }
  const request = {
    ...{ method: 'GET', headers: {}, cookies: { offhook_session: 'secret' }, routeOptions: { url: '/v1/live' } },
    principal: { kind: 'user', id: 'usr_a', name: 'A', organization: 'org_a', role, scopes: [], session: 'ses_a' },
  }
  const raw = new Raw()
  const reply = { raw, hijack: () => undefined }
  const stream = openStream(
    engine as unknown as Engine,
    request as unknown as FastifyRequest, // of all three, what a stream looks at
    reply as unknown as FastifyReply,
  )
  return { clock, scope, logger, coordination, raw, stream, become: (next: Role | undefined) => (role = next) }
}

describe('a stream of events', () => {
  test('says what it is told, and that it is still there', async () => {
    const { stream, raw, clock } = setting()
    stream.send({ event: 'levels', data: { calls: [] } })
    stream.send({ event: 'wire', id: 7, data: 'a\nb' })
    await clock.advanceAsync(30_000)
    expect(raw.text).toBe(
      ': open\n\nevent: levels\ndata: {"calls":[]}\n\nid: 7\nevent: wire\ndata: "a\\nb"\n\n: still here\n\n: still here\n\n',
    )
  })

  test.each<[string, (set: ReturnType<typeof setting>) => Promise<void>, string]>([
    ['the reader signs out', ({ coordination }) => coordination.publish(sessionsOver, 'ses_a'), 'you are signed out'],
    ['the session is gone', async ({ become }) => void become(undefined), 'you are signed out'],
    ['the role is another', async ({ become }) => void become('owner'), 'your role has changed: connect again'],
    ['viewers may see less', ({ coordination }) => coordination.publish(sessionsOver, viewersOf('org_a')), less],
    ['the gateway stops', ({ scope }) => scope.close(), 'the gateway stops'],
  ])('ends when %s, says so, and leaves nothing behind', async (_, happens, reason) => {
    const set = setting()
    await happens(set)
    await set.clock.advanceAsync(15_000)
    expect(set.raw.text).toContain(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)
    expect(set.raw.ended).toBe(true)
    expect(set.stream.signal.aborted).toBe(true)
    set.stream.send({ event: 'late', data: 1 })
    expect(set.raw.text).not.toContain('late')
    await set.clock.advanceAsync(2_000)
    expect([set.raw.destroyed, set.clock.pending]).toEqual([true, 0])
  })

  test('goes on when somebody else signs out', async () => {
    const { coordination, clock, stream } = setting()
    await coordination.publish(sessionsOver, 'ses_b')
    await clock.advanceAsync(100)
    expect(stream.signal.aborted).toBe(false)
  })

  test('cuts off a reader who does not read, says why, and writes it down', async () => {
    const { stream, raw, logger, clock } = setting()
    raw.writableLength = 4_194_305
    stream.send({ event: 'levels', data: 1 })
    expect(raw.text).toContain('this reader was too slow')
    expect(JSON.stringify(logger.lines)).toContain('too slow')
    await clock.advanceAsync(2_000)
    expect(raw.destroyed).toBe(true)
  })

  test('that its reader leaves costs nothing more', async () => {
    const { stream, raw, clock } = setting()
    raw.destroy()
    await clock.advanceAsync(60_000)
    expect([stream.signal.aborted, clock.pending, raw.text]).toEqual([true, 0, ': open\n\n'])
  })
})
