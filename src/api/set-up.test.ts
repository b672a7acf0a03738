import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Engine } from '../calls/engine.ts'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { memoryLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../spec/http.ts'
import { field } from '../spec/provider.ts'
import type { Connection, PhoneNumber } from '../store/contract.ts'
import { MemoryCoordination } from '../store/coordination/memory.ts'
import type { ApiParts } from './parts.ts'
import { warningsOf } from './reach.ts'
import { readyForNumbers, setUpConnection, turnOf } from './set-up.ts'

const settings = z.object({
  key: field(z.string(), { title: 'Key', secret: true }),
  made: field(z.string().optional(), { title: 'Made by us', managed: true }),
})

const api = 'https://api.meridian.example'

function* ask(path: string): Operation<string> {
  const { body } = yield { method: 'POST', url: `${api}/${path}`, headers: {} }
  return new TextDecoder().decode(body)
}

const meridian: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'meridian',
  label: 'Meridian',
  settings,
  webhook: {
    identify: () => ({}),
    verify: () => ({ ok: true }),
    decode: () => [],
    acknowledge: () => ({ status: 204, headers: {}, body: '' }),
    refuse: () => ({ status: 403, headers: {}, body: '' }),
  },
  *setUp({ voice }, config) {
    const made = config.made ?? (yield* ask('make'))
    return { settings: { made }, notes: [`${made} points at ${voice}.`] }
  },
  *check() {
    return `Signed in: ${yield* ask('check')}.`
  },
  numbers: {
    *point(number) {
      return { number, pointsAt: yield* ask(`point/${number}`) }
    },
  },
}

const connection: Connection = {
  ...{ id: 'con_1', organization: 'org_1', kind: 'carrier', provider: 'meridian', name: 'Front desk' },
  ...{ settings: { key: 'k' }, isDefault: true, source: 'api', createdAt: 0, updatedAt: 0 },
}

const scope = new Scope('set-up tests')
const opened: Scope[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

type Answer = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>

const well: Answer = ({ url }) => {
  const body = Buffer.from(url.endsWith('/make') ? 'app_1' : 'fine')
  return Promise.resolve({ status: 200, headers: {}, body })
}

const never: Answer = (_, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

interface Given {
  readonly answer?: Answer
  readonly publicUrl?: string
  readonly numbers?: readonly (readonly [number: string, pointed: boolean])[]
  readonly setUpCarriers?: boolean
}

function house({ answer = well, publicUrl = 'https://voice.example.com/', setUpCarriers = true, numbers = [] }: Given) {
  const inner = scope.child('house')
  opened.push(inner)
  const clock = new VirtualClock()
  const ids = seededIds('set-up')
  const logger = memoryLogger()
  const asked: string[] = []
  const records = new Map([[connection.id, connection]])
  const items = numbers.map(([number, pointed]): PhoneNumber => {
    const { organization, id } = connection
    return { id: number, organization, connection: id, number, display: number, pointed, createdAt: 0, updatedAt: 0 }
  })
  const store = {
    connections: {
      get: async (_: string, id: string) => records.get(id),
      update: async (changed: Connection) => void records.set(changed.id, changed),
    },
    numbers: { list: async () => ({ items }) },
  }
  const coordination = new MemoryCoordination({ clock, logger })
  inner.defer(() => coordination[Symbol.asyncDispose]())
  const engine = { clock, ids, logger, scope: inner, store, coordination, publicUrl: () => new URL(publicUrl) }
  const parts = {
    engine: engine as unknown as Engine, // what a set-up asks of it
    providers: [meridian],
    setUpCarriers,
    request: (request: HttpRequest, signal: AbortSignal) => {
      asked.push(request.url.slice(api.length + 1))
      return answer(request, signal)
    },
  } as unknown as ApiParts // what a set-up asks of them
  return { parts, clock, logger, asked, stored: () => records.get(connection.id) }
}

describe('a set-up', () => {
  test('prepares, then tries, then points what was pointed, and keeps what came of it', async () => {
    const { parts, asked, stored, clock } = house({
      numbers: [
        ['+1555', true],
        ['+1666', false],
      ],
    })
    await setUpConnection(parts, connection)
    expect(asked).toEqual(['make', 'check', 'point/+1555'])
    expect(stored()).toMatchObject({
      settings: { key: 'k', made: 'app_1' },
      setUp: {
        at: clock.now(),
        address: 'https://voice.example.com/',
        notes: ['app_1 points at https://voice.example.com/carriers/meridian/con_1/voice.', 'Signed in: fine.'],
        warnings: [],
      },
    })
    await setUpConnection(parts, stored() ?? connection)
    expect(asked.slice(3)).toEqual(['check', 'point/+1555'])
  })

  test('is over after eight seconds, whatever the carrier does, with one warning', async () => {
    const { parts, clock, stored, asked } = house({ answer: never, numbers: [['+1555', true]] })
    const done = setUpConnection(parts, connection)
    await clock.advanceAsync(7_999)
    expect(stored()?.setUp).toBeUndefined()
    await clock.advanceAsync(1)
    await done
    expect(stored()?.setUp?.warnings).toEqual([
      {
        code: 'carrier.timeout',
        message: 'Meridian did not answer within 8 seconds: set the connection up again later',
      },
    ])
    expect(asked).toEqual(['make'])
  })

  test('that the carrier refuses says so once, and points no numbers', async () => {
    const refused: Answer = () => Promise.reject(new OffhookError('carrier.credentials', 'Check the key.'))
    const { parts, stored, asked } = house({ answer: refused, numbers: [['+1555', true]] })
    await setUpConnection(parts, connection)
    expect(stored()?.setUp).toMatchObject({
      notes: [],
      warnings: [{ code: 'carrier.credentials', message: 'Check the key.' }],
    })
    expect(asked).toEqual(['make', 'check'])
  })

  test('keeps what was made before it goes on: a process that dies then makes no second one', async () => {
    const seen: unknown[] = []
    const half: Answer = (request, signal) => {
      if (request.url.endsWith('/make')) return well(request, signal)
      seen.push(stored()?.settings)
      return Promise.reject(new OffhookError('carrier.failed', 'No.'))
    }
    const { parts, stored } = house({ answer: half })
    await setUpConnection(parts, connection)
    expect(seen).toEqual([{ key: 'k', made: 'app_1' }])
    expect(stored()?.settings).toEqual({ key: 'k', made: 'app_1' })
    expect(stored()?.setUp?.warnings).toHaveLength(1)
  })

  test('names each number that could not be pointed, and stops after five', async () => {
    const deaf: Answer = (request, signal) =>
      request.url.includes('/point/')
        ? Promise.reject(new OffhookError('number.unassigned', 'Not yours.'))
        : well(request, signal)
    const numbers = Array.from({ length: 9 }, (_, at) => [`+1555${at}`, true] as const)
    const { parts, stored } = house({ answer: deaf, numbers })
    await setUpConnection(parts, connection)
    const { warnings = [] } = stored()?.setUp ?? {}
    expect(warnings).toHaveLength(5)
    expect(warnings[0]).toEqual({
      code: 'number.unassigned',
      message: '+15550 was not pointed here again. Not yours.',
    })
  })

  test('that fails inside is logged, and tells people no more than that', async () => {
    const { parts, stored, logger } = house({ answer: () => Promise.reject(new TypeError('secret thing')) })
    await setUpConnection(parts, connection)
    expect(JSON.stringify(stored()?.setUp)).not.toContain('secret thing')
    expect(stored()?.setUp?.warnings).toMatchObject([{ code: 'internal' }])
    expect(JSON.stringify(logger.lines)).toContain('a set-up failed')
  })

  test('gives nobody an address that only this machine reaches, and tries the settings all the same', async () => {
    const { parts, asked, stored } = house({ publicUrl: 'http://localhost:8080/', numbers: [['+1555', true]] })
    await setUpConnection(parts, connection)
    expect(asked).toEqual(['check'])
    const kept = stored() ?? connection
    expect(kept.setUp?.warnings).toEqual([])
    expect(warningsOf(parts, kept, meridian).map(({ code }) => code)).toEqual(['address.local'])
  })

  test('does nothing where it is switched off', async () => {
    const { parts, asked, stored } = house({ setUpCarriers: false })
    expect(await setUpConnection(parts, connection)).toBe(connection)
    expect([asked, stored()]).toEqual([[], connection])
  })

  test('is asked for again once our address is another', () => {
    const { parts } = house({})
    const setUp = { at: 0, address: 'https://formerly.example.com/', notes: [], warnings: [] }
    expect(warningsOf(parts, { ...connection, setUp }, meridian)).toEqual([
      { code: 'address.moved', message: expect.stringMatching(/formerly.*voice\.example\.com.*set it up again/) },
    ])
  })
})

describe('a number to point', () => {
  test('has its application made once, by whoever comes first', async () => {
    const { parts, asked, stored, clock } = house({ setUpCarriers: false })
    const { signal } = new AbortController()
    const both = Promise.all([readyForNumbers(parts, connection, signal), readyForNumbers(parts, connection, signal)])
    await clock.advanceAsync(1_000)
    const settings = (await both).map((ready) => ready.settings)
    expect(settings).toEqual([stored()?.settings, stored()?.settings])
    expect(asked).toEqual(['make'])
  })

  test('is told when that fails', async () => {
    const { parts } = house({ answer: () => Promise.reject(new OffhookError('carrier.failed', 'No.')) })
    await expect(readyForNumbers(parts, connection, new AbortController().signal)).rejects.toThrow('No.')
  })
})

describe('saves of one connection', () => {
  test('come one after the other', async () => {
    const { parts, clock } = house({})
    const first = await turnOf(parts, 'con_1')
    let taken = false
    const second = turnOf(parts, 'con_1').then((turn) => {
      taken = true
      return turn
    })
    await clock.advanceAsync(5_000)
    expect(taken).toBe(false)
    await first[Symbol.asyncDispose]()
    await clock.advanceAsync(100)
    expect(taken).toBe(true)
    await (await second)[Symbol.asyncDispose]()
  })

  test('are refused when the one before does not end', async () => {
    const { parts, clock } = house({})
    await using _ = await turnOf(parts, 'con_1')
    const refused = expect(turnOf(parts, 'con_1')).rejects.toMatchObject({ code: 'conflict' })
    await clock.advanceAsync(12_000)
    await settle()
    await refused
  })
})
