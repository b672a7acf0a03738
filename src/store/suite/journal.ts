/** What holds for the journal and what is written with it. */
import { describe, expect, test } from 'vitest'
import type { Journaled } from '../../spec/event.ts'
import { digit, start } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function journalSuite(setting: Setting): void {
  writingTests(setting)
  companionTests(setting)
  changingTests(setting)
  readingTests(setting)
  followingTests(setting)
}

function writingTests(setting: Setting): void {
  describe('the journal, written', () => {
    test('gives back what was appended, in order', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const text = 'NUL \0, half \ud800 a pair, “quotes”, \\u0000'
      const event = { type: 'message.added', message: 'm', role: 'caller', text } as const
      const written = await Promise.all([
        setting.store.journal.append(tenant.entry(id, 1)),
        setting.store.journal.append(tenant.entry(id, 2, { event })),
      ])
      expect(await setting.store.journal.read(tenant.id, id)).toEqual(written)
      expect(await setting.store.journal.history(id)).toEqual(written)
      expect(written[1].event).toEqual(event)
      expect(written[1].position).toBeGreaterThan(written[0].position)
    })

    test('keeps times to the millisecond, whatever fraction they have', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const message = { id: 'msg_1', call: id, role: 'caller', text: 'Hi', at: start + 0.6 } as const
      const patch = { answeredAt: start + 0.4, maxDuration: 1000.5 }
      await setting.store.journal.append(tenant.entry(id, 1, { at: start + 1.2, message, patch }))
      expect((await setting.store.journal.history(id))[0]?.at).toBe(start + 1)
      expect((await setting.store.messages.list(tenant.id, id))[0]?.at).toBe(start + 1)
      expect(await setting.store.calls.find(id)).toMatchObject({ answeredAt: start, maxDuration: 1001 })
    })

    test('writes a (call, sequence) once, with all that belongs to it', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const first = await setting.store.journal.append(tenant.entry(id, 1, { patch: { status: 'ringing' } }))
      const metric = { call: id, source: 'ours', name: 'x', value: 1, at: 1 } as const
      const again = { event: digit('#'), patch: { status: 'failed' }, metrics: [metric] } as const
      const twice = await Promise.all([
        setting.store.journal.append(tenant.entry(id, 1, again)),
        setting.store.journal.append(tenant.entry(id, 2)),
        setting.store.journal.append(tenant.entry(id, 2, again)),
      ])
      expect(twice[0]).toEqual(first)
      expect(twice[2]).toEqual(twice[1])
      expect((await setting.store.calls.find(id))?.status).toBe('ringing')
      expect(await setting.store.metrics.list(tenant.id, id)).toEqual([])
      expect(await setting.store.journal.history(id)).toHaveLength(2)
    })
  })
}

function companionTests(setting: Setting): void {
  describe('what is written with an event', () => {
    test('writes call, message and metrics with the event', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const metrics = [{ call: id, message: 'msg_1', source: 'ours', name: 'latency', value: 7, at: 1 }] as const
      const message = { id: 'msg_1', call: id, role: 'agent', text: 'Hello there', at: start } as const
      const append = setting.store.journal.append.bind(setting.store.journal)
      await Promise.all([
        append(tenant.entry(id, 1, { patch: { status: 'in-progress', answeredAt: start }, message, metrics })),
        append(tenant.entry(id, 2, { message: { ...message, id: 'msg_2', role: 'caller', text: 'Hi' } })),
        append(tenant.entry(id, 3, { patch: { status: 'completed', endReason: 'caller-hangup' } })),
      ])
      const heard = { ...message, text: 'Hello', interrupted: true }
      await append(tenant.entry(id, 4, { message: heard }))
      const call = { status: 'completed', endReason: 'caller-hangup', answeredAt: start }
      expect(await setting.store.calls.find(id)).toMatchObject(call)
      expect(await setting.store.metrics.list(tenant.id, id)).toEqual(metrics)
      const transcript = await setting.store.messages.list(tenant.id, id)
      expect(transcript).toEqual([heard, { ...message, id: 'msg_2', role: 'caller', text: 'Hi' }])
    })

    test('is a message’s last word at the place of its first, also within one batch', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const message = (name: string, text: string) => ({ id: name, call: id, role: 'agent', text, at: start }) as const
      const said = [
        message('one', 'I'),
        message('two', 'NUL \0 here'),
        message('one', 'I said'),
        message('one', 'I said so'),
      ]
      await Promise.all(
        said.map((message, index) => setting.store.journal.append(tenant.entry(id, index + 1, { message }))),
      )
      const texts = (await setting.store.messages.list(tenant.id, id)).map(({ text }) => text)
      expect(texts).toEqual(['I said so', 'NUL \uFFFD here'])
    })
  })
}

function changingTests(setting: Setting): void {
  describe('a batch', () => {
    test('changes many calls, each in its own fields, and no other', async () => {
      const [tenant, other] = [await setting.tenant(), await setting.tenant()]
      const [one, two, three, bystander] = [
        await tenant.call(),
        await tenant.call(),
        await tenant.call(),
        await other.call(),
      ]
      const append = setting.store.journal.append.bind(setting.store.journal)
      const cost = { amount: 0.0123, currency: 'EUR' }
      const usage = [{ part: 'llm', provider: 'openai', usage: { tokensIn: 7 } }] as const
      const told = {
        one: { status: 'ringing', ref: tenant.fresh('ref') },
        two: { status: 'completed', ref: tenant.fresh('ref') },
        three: { cost, usage, machineDetection: false, endedAt: start + 5 },
      } as const
      await Promise.all([
        append(tenant.entry(one.id, 1, { patch: { status: 'queued' } })),
        append(tenant.entry(one.id, 2, { patch: told.one })),
        append(tenant.entry(two.id, 1, { patch: { ref: told.two.ref, status: 'completed' } })),
        append(tenant.entry(three.id, 1, { patch: told.three })),
      ])
      expect(await setting.store.calls.find(one.id)).toEqual({ ...one, ...told.one })
      expect(await setting.store.calls.find(two.id)).toEqual({ ...two, ...told.two })
      expect(await setting.store.calls.find(three.id)).toEqual({ ...three, ...told.three })
      expect(await setting.store.calls.find(bystander.id)).toEqual(bystander)
    })
  })
}

function readingTests(setting: Setting): void {
  describe('the journal, read', () => {
    test('refuses one bad entry, and what follows it in its call, but no other', async () => {
      const tenant = await setting.tenant()
      const [good, bad] = [await tenant.call(), await tenant.call({ connection: tenant.fresh('con'), ref: 'CA1' })]
      const taken = await tenant.call({ connection: bad.connection, ref: 'CA2' })
      const outcomes = await Promise.allSettled([
        setting.store.journal.append(tenant.entry(bad.id, 1, { patch: { ref: taken.ref! } })),
        setting.store.journal.append(tenant.entry(good.id, 1)),
        setting.store.journal.append(tenant.entry(bad.id, 2)),
        setting.store.journal.append(tenant.entry('call_none', 1)),
      ])
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'written' : outcome.reason.code))).toEqual([
        'conflict',
        'written',
        'conflict',
        'call.unknown',
      ])
      expect(await setting.store.journal.history(bad.id)).toEqual([])
      expect((await setting.store.journal.append(tenant.entry(bad.id, 1))).sequence).toBe(1)
    })

    test('is read on from a position, by organization or by call', async () => {
      const tenant = await setting.tenant()
      const [one, two] = [await tenant.call(), await tenant.call()]
      const written: Journaled[] = []
      for (const sequence of [1, 2, 3]) {
        for (const { id } of [one, two]) written.push(await setting.store.journal.append(tenant.entry(id, sequence)))
      }
      const from = written[1]!.position
      const after = setting.store.journal.after.bind(setting.store.journal)
      expect(await after(from, { organization: tenant.id })).toEqual(written.slice(2))
      expect(await after(from, { organization: tenant.id, limit: 2 })).toEqual(written.slice(2, 4))
      expect(await after(from, { call: one.id })).toEqual(written.slice(2).filter(({ call }) => call === one.id))
      expect(await after(from)).toEqual(expect.arrayContaining(written.slice(2)))
    })
  })
}

function followingTests(setting: Setting): void {
  describe('the journal, followed', () => {
    test('says how far it goes, so that whoever reads on from there misses nothing', async () => {
      const { journal } = setting.store
      const tenant = await setting.tenant()
      const { id } = await tenant.call()
      const first = await journal.append(tenant.entry(id, 1))
      const newest = await journal.newest()
      expect(newest).toBeGreaterThanOrEqual(first.position)
      const second = await journal.append(tenant.entry(id, 2))
      expect(await journal.after(newest, { call: id })).toEqual([second])
      expect(await journal.newest()).toBeGreaterThanOrEqual(second.position)
    })

    test('tells listeners of durable entries in the order of positions, whatever one of them does', async () => {
      const tenant = await setting.tenant()
      const calls = await Promise.all(Array.from({ length: 10 }, () => tenant.call()))
      const heard: Journaled[] = []
      using _broken = setting.store.journal.watch(() => {
        throw new Error('a listener that fails')
      })
      using watch = setting.store.journal.watch((entry) => heard.push(entry))
      const appended = calls.flatMap(({ id }) =>
        Array.from({ length: 20 }, (_, index) => setting.store.journal.append(tenant.entry(id, index + 1))),
      )
      const written = await Promise.all(appended)
      await setting.store.journal.append(tenant.entry(calls[0]!.id, 1))
      expect(heard).toEqual(written.toSorted((a, b) => a.position - b.position))
      expect(heard).toEqual(await setting.store.journal.after(heard[0]!.position - 1, { organization: tenant.id }))
      watch[Symbol.dispose]()
      await setting.store.journal.append(tenant.entry(calls[0]!.id, 21))
      expect(heard).toHaveLength(200)
    })
  })
}
