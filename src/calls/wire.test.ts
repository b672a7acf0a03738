import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { memoryLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { CountedWire, WireNote } from '../store/contract/wire.ts'
import { openWireBook, withoutSecrets, wireChannel, type WireWord } from './wire.ts'

const of = { organization: 'org_a', call: 'call_a' }
const word = (body: string, over: Partial<WireWord> = {}): WireWord => ({
  ...{ direction: 'in', channel: 'webhook', title: 'POST /voice', body },
  ...over,
})

function setting(add: (notes: readonly WireNote[]) => Promise<void> = () => Promise.resolve()) {
  const clock = new VirtualClock()
  const scope = new Scope('wire')
  const written: (readonly WireNote[])[] = []
  const counted: CountedWire[] = []
  const published: string[] = []
  const logger = memoryLogger()
  const store = {
    wire: {
      add: async (notes: readonly WireNote[], counts: readonly CountedWire[]) => {
        await add(notes)
        written.push(notes)
        counted.push(...counts)
      },
      list: () => Promise.resolve([]),
      tally: () => Promise.reject(new Error('not asked here')),
    },
  }
  const coordination = { publish: async (channel: string) => void published.push(channel) }
  return {
    clock,
    scope,
    written,
    counted,
    published,
    logger,
    book: openWireBook({ store, coordination, clock, logger, scope }),
  }
}

describe('the wire book', () => {
  test('gathers what is said and writes it together, in the order it was said', async () => {
    const { book, clock, written, published } = setting()
    const began = clock.now()
    book.note(of, word('second', { at: began + 5 }))
    book.note(of, word('first', { at: began + 1 }))
    expect(written).toEqual([])
    await clock.advanceAsync(500)
    expect(written.map((notes) => notes.map(({ body }) => body))).toEqual([['first', 'second']])
    expect(written[0]![0]).toMatchObject({ ...of, at: began + 1, bytes: 5, title: 'POST /voice' })
    expect(published).toEqual([wireChannel('call_a')])
    await clock.advanceAsync(10_000)
    expect(written).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('counts sound without writing it, and hands in the count with the line', async () => {
    const { book, clock, written, counted } = setting()
    const counts = book.counts(of)
    counts.framesIn += 3
    counts.bytesIn += 480
    await clock.advanceAsync(10_000)
    expect(written).toEqual([])
    expect(book.uncounted('call_a')).toMatchObject({ framesIn: 3, bytesIn: 480 })
    expect(book.uncounted('call_b')).toMatchObject({ framesIn: 0 })
    counts[Symbol.dispose]()
    counts[Symbol.dispose]()
    expect(book.uncounted('call_a')).toMatchObject({ framesIn: 3 })
    await clock.advanceAsync(500)
    expect(counted).toEqual([{ ...of, framesIn: 3, bytesIn: 480, framesOut: 0, bytesOut: 0 }])
    expect(book.uncounted('call_a')).toMatchObject({ framesIn: 0 })
  })

  test('holds back neither a call that floods it nor a store that does not answer', async () => {
    const answers = Promise.withResolvers<void>()
    const { book, clock, written } = setting(() => answers.promise)
    for (let n = 0; n < 5_000; n++) book.note(of, word(String(n)))
    book.note({ ...of, call: 'call_b' }, word('other'))
    await clock.advanceAsync(500)
    answers.resolve()
    await settle()
    await clock.advanceAsync(500)
    await settle()
    expect(Math.max(...written.map(({ length }) => length))).toBeLessThan(50)
    const all = written.flat()
    expect(all.filter(({ call }) => call === 'call_a')).toHaveLength(600)
    expect(all.filter(({ call }) => call === 'call_b')).toHaveLength(1)
  })

  test('says when messages could not be kept, and goes on', async () => {
    let broken = true
    const { book, clock, written, logger } = setting(() =>
      broken ? Promise.reject(new Error('full')) : Promise.resolve(),
    )
    book.note(of, word('lost'))
    await clock.advanceAsync(500)
    expect(JSON.stringify(logger)).toContain('not kept')
    broken = false
    book.note(of, word('kept'))
    await clock.advanceAsync(500)
    expect(written.flat().map(({ body }) => body)).toEqual(['kept'])
  })

  test('writes what it has when it closes, and nothing afterwards', async () => {
    const { book, scope, written, counted } = setting()
    book.note(of, word('last'))
    book.counts(of).framesOut = 2
    await scope.close()
    book.note(of, word('too late'))
    expect(written.flat().map(({ body }) => body)).toEqual(['last'])
    expect(counted).toEqual([{ ...of, framesIn: 0, bytesIn: 0, framesOut: 2, bytesOut: 0 }])
  })

  test('hides the secrets of a connection wherever they stand, and cuts what is long', async () => {
    const { book, clock, written } = setting()
    const secrets = ['s3cr3t-of-theirs']
    book.note(of, word('hello s3cr3t-of-theirs', { secrets, title: 'GET /x?a=s3cr3t-of-theirs' }))
    book.note(of, word('x'.repeat(100_000)))
    await clock.advanceAsync(500)
    const [first, second] = written.flat()
    expect([first!.body, first!.title]).toEqual(['hello [redacted]', 'GET /x?a=[redacted]'])
    expect([second!.body.length, second!.bytes]).toEqual([8_193, 100_000])
  })
})

describe('secrets', () => {
  test.each([
    [
      'AuthToken=abc&From=%2B1555&Url=wss%3A%2F%2Fh%2Fmedia%2Ftok3n',
      'AuthToken: [redacted]\nFrom: +1555\nUrl: wss://h/media/[redacted]',
    ],
    [
      '{"token":"abc","at":{"password":"x"}}',
      '{\n  "token": "[redacted]",\n  "at": {\n    "password": "[redacted]"\n  }\n}',
    ],
    ['<Stream url="wss://h/media/tok3n"/>', '<Stream url="wss://h/media/[redacted]"/>'],
    ['{"token": "abc', '{"token": "[redacted]"'],
    [`{"a":"${'x'.repeat(262_144)}"}`, '<262152 characters>'],
    ['', ''],
  ])('in %j are gone: %j', (body, shown) => {
    expect(withoutSecrets(body)).toBe(shown)
  })
})
