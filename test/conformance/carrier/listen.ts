/** What listens for calls: strangers are refused before anything runs, and nothing stays open behind it. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { VirtualClock } from '../../../src/lib/clock.ts'
import { seededIds } from '../../../src/lib/ids.ts'
import { silentLogger } from '../../../src/lib/log.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { OffhookError } from '../../../src/spec/errors.ts'
import type { LineCall, Listener, ListenerRequest, ListenHost } from '../../../src/spec/listen.ts'
import { callOf, configOf, type CarrierFixture } from './fixture.ts'

interface Opened extends AsyncDisposable {
  readonly listener: Listener
  readonly clock: VirtualClock
  readonly offers: readonly unknown[]
}

export function describeListen<S extends z.ZodObject>(fixture: CarrierFixture<S>): void {
  const { spec } = fixture
  if (!spec.listen) return
  describe('listen', () => {
    test('has a dialect for its links, and commands that go over them', () => {
      expect([spec.stream, spec.control]).not.toContain(undefined)
    })

    test('leaves no timer behind', async () => {
      const opened = await open(fixture)
      await opened[Symbol.asyncDispose]()
      expect(opened.clock.pending).toBe(0)
    })

    test('a hang-up of a call that it has not is done already', async () => {
      await using opened = await open(fixture)
      const done = opened.listener.perform?.({ type: 'hangup' }, callOf(spec.name, 'unknown'), nobody)
      expect(await done).toMatchObject({ gone: true })
    })

    test('invites to its own connections only', async () => {
      await using opened = await open(fixture)
      const { listener } = opened
      if (!listener.invite) return
      expect(await listener.invite('con_own', 'org_own')).toMatchObject({ connection: 'con_own' })
      expect(await listener.invite(undefined, 'org_own')).toMatchObject({ connection: 'con_own' })
      expect(await listener.invite('con_other', 'org_own')).toBeUndefined()
      expect(await listener.invite('con_own', 'org_other')).toBeUndefined()
    })

    test('strangers change nothing: every route but reading asks who is there', async () => {
      await using opened = await open(fixture)
      const { http } = opened.listener
      for (const { method, path } of http?.routes ?? []) {
        expect(path).toMatch(/^\/[a-z]/)
        if (method === 'GET') continue
        const refusal: unknown = await http!.handle(stranger(method, path)).catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(OffhookError)
        // Whoever must be named in the address is unknown; otherwise it is asked who is there, before the body is looked at.
        expect((refusal as OffhookError).code).toBe(path.includes(':') ? 'not-found' : 'auth.missing')
      }
      expect(opened.offers).toEqual([])
    })

    test('pages of other origins may not, unless the settings say so', async () => {
      await using opened = await open(fixture)
      expect(await opened.listener.http?.allows('https://stranger.example')).not.toBe(true)
    })
  })
}

/** A call that nothing is said of. */
const nobody = { id: 'call_unknown', over: true } as LineCall // who has not the call asks nothing else of it

function stranger(method: string, path: string): ListenerRequest {
  const params = Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name]) => [name ?? '', 'unknown']))
  return {
    ...{ method, route: path, params, query: new URLSearchParams(), origin: undefined, address: '192.0.2.1' },
    json: {},
    principal: () => Promise.reject(new OffhookError('auth.missing', 'nobody')),
  }
}

async function open<S extends z.ZodObject>(fixture: CarrierFixture<S>): Promise<Opened> {
  const scope = new Scope('conformance')
  const clock = new VirtualClock()
  const offers: unknown[] = []
  const host: ListenHost<z.output<S>> = {
    ...{ clock, ids: seededIds('listen'), logger: silentLogger, scope, count: () => undefined },
    publicUrl: () => new URL('https://voice.example.com/'),
    process: fixture.process ?? {},
    serves: async () => false,
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
    connections: async (organization) =>
      organization === undefined || organization === 'org_own'
        ? [{ id: 'con_own', organization: 'org_own', isDefault: true, settings: configOf(fixture) }]
        : [],
    offer: (offer) => {
      offers.push(offer)
      return Promise.reject(new Error('nobody may offer here'))
    },
  }
  const listener = await fixture.spec.listen!(host)
  return { listener, clock, offers, [Symbol.asyncDispose]: () => scope.close() }
}
