import { describe, expect, test } from 'vitest'
import { OffhookError } from '../../spec/errors.ts'
import type { Turn } from '../../spec/speech.ts'
import { argumentsOf } from './arguments.ts'
import { ask } from './ask.ts'
import { eventsOf } from './events.ts'
import { fakeHost, type FakeAnswer } from './fakes.ts'
import { begun, conversation, exchanges, systemOf } from './history.ts'
import { refusalOf, refused } from './refusal.ts'

const call = { id: 'c1', name: 'look_up', arguments: { day: 'friday' } }

describe('a history', () => {
  test('keeps each call beside its answer; answers that came after the next turn, or to nobody, are none', () => {
    const history: readonly Turn[] = [
      { role: 'system', text: 'Be brief.' },
      { role: 'tool', id: 'lost', name: 'x', result: 'nobody asked' },
      { role: 'agent', text: 'One moment.', tools: [call, { ...call, id: 'c2' }] },
      { role: 'tool', id: 'c2', name: 'look_up', result: 'free' },
      { role: 'tool', id: 'c2', name: 'look_up', result: 'twice' },
      { role: 'caller', text: 'Hello?' },
      { role: 'tool', id: 'c1', name: 'look_up', result: 'too late' },
    ]
    expect(exchanges(history)).toEqual([
      { role: 'system', text: 'Be brief.' },
      {
        role: 'agent',
        text: 'One moment.',
        calls: [
          { ...call, result: 'cancelled' },
          { ...call, id: 'c2', result: 'free' },
        ],
      },
      { role: 'caller', text: 'Hello?' },
    ])
  })

  test('drops turns nobody heard, and joins what one side said in a row', () => {
    const history: readonly Turn[] = [
      { role: 'caller', text: 'A table' },
      { role: 'agent', text: ' ' },
      { role: 'caller', text: 'for two' },
      { role: 'agent', text: 'For when?' },
      { role: 'agent', text: '', tools: [call] },
    ]
    expect(exchanges(history)).toEqual([
      { role: 'caller', text: 'A table\nfor two' },
      { role: 'agent', text: 'For when?', calls: [{ ...call, result: 'cancelled' }] },
    ])
  })

  test('becomes a conversation that the caller begins and ends', () => {
    const greeted = exchanges([
      { role: 'system', text: 'One.' },
      { role: 'agent', text: 'Hello.' },
      { role: 'system', text: 'Two.' },
      { role: 'agent', text: 'Still there?' },
    ])
    expect(systemOf(greeted)).toBe('One.\n\nTwo.')
    expect(conversation(greeted)).toEqual([
      { role: 'caller', text: '(The call was answered.)' },
      { role: 'agent', text: 'Hello.\nStill there?', calls: [] },
      { role: 'caller', text: '(The caller says nothing.)' },
    ])
    expect(conversation([])).toEqual([{ role: 'caller', text: '(The call was answered.)' }])
    expect(systemOf([])).toBeUndefined()
    expect(begun(greeted).map(({ role }) => role)).toEqual(['system', 'caller', 'agent', 'system', 'agent'])
    expect(begun([])).toEqual(conversation([]))
    expect(begun(conversation([]))).toEqual(conversation([]))
  })
})

describe('a refusal', () => {
  test.each<[string, unknown, string | undefined, readonly string[]]>([
    ['an object', { error: { message: 'no', type: 'Bad', code: 'worse' } }, 'no', ['bad', 'worse']],
    ['a text', { error: 'no' }, 'no', []],
    ['details', { detail: { status: 'quota_exceeded', message: 'no' } }, 'no', ['quota_exceeded']],
    ['a list', [{ error: { message: 'no', status: 'NOT_FOUND' } }], 'no', ['not_found']],
    ['a message', { message: 'no' }, 'no', []],
    ['nothing', undefined, undefined, []],
    ['something else', 'oops', undefined, []],
  ])('is read from %s', (_, body, message, names) => {
    expect(refusalOf(400, body)).toEqual({ status: 400, message, names })
  })

  test.each([
    [401, 'vendor.credentials'],
    [402, 'vendor.refused'],
    [404, 'settings.invalid'],
    [429, 'vendor.rate-limited'],
    [500, 'vendor.failed'],
    [0, 'vendor.failed'],
  ] as const)('HTTP %d is %s unless the vendor’s words say more', (status, code) => {
    const vendor = { name: 'Vendor', secrets: [] }
    expect(refused(vendor, { status, message: undefined, names: [] }).code).toBe(code)
    const explained = refused({ ...vendor, explain: () => ['vendor.timeout', 'x'] }, refusalOf(status, undefined))
    expect(explained.code).toBe('vendor.timeout')
  })

  test('shows no secret that the vendor echoes', () => {
    const error = refused(
      { name: 'Vendor', secrets: ['topsecret'] },
      refusalOf(401, { error: { message: 'Incorrect key topsecret or sk-abcdefghijklmnopqrst' } }),
    )
    expect(error.message).toMatch(/^Vendor answered HTTP 401 \(Incorrect key /)
    expect(error.message).not.toMatch(/topsecret|abcdefghijkl/)
  })
})

describe('asking', () => {
  const vendor = { name: 'Vendor', secrets: [] }
  const question = { url: 'http://vendor.test/', headers: {}, body: '' }

  async function asked(answers: readonly (FakeAnswer | Error)[]) {
    const host = fakeHost(answers)
    const asking = ask(host.part, vendor, { ...question, signal: new AbortController().signal })
    const outcome = asking.then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    await host.clock.advanceAsync(60_000)
    return { host, outcome: await outcome }
  }

  test('is repeated while the vendor is busy, as late as it says', async () => {
    const { host, outcome } = await asked([
      { status: 429, headers: { 'retry-after': '2' }, body: '' },
      { status: 529, body: '' },
      { body: 'x' },
    ])
    expect(outcome).toHaveProperty('answer')
    expect(host.sent).toHaveLength(3)
  })

  test('but not after what time does not mend, nor for longer than a caller would wait', async () => {
    expect((await asked([{ status: 401, body: '' }])).host.sent).toHaveLength(1)
    const late = await asked([{ status: 429, headers: { 'retry-after': '9' }, body: '' }])
    expect(late.host.sent).toHaveLength(1)
    expect(late.outcome).toMatchObject({ error: { code: 'vendor.rate-limited' } })
  })

  test('leaves errors that are none of the vendor’s as they are', async () => {
    const reason = new Error('hung up')
    expect((await asked([reason])).outcome).toEqual({ error: reason })
    const late = await asked([new OffhookError('carrier.timeout', 'late')])
    expect(late.outcome).toMatchObject({ error: { code: 'vendor.timeout' } })
  })
})

test('arguments are an object or refused; none are {}', () => {
  expect(argumentsOf('f', ' ')).toEqual({})
  expect(argumentsOf('f', '{"a":[1]}')).toEqual({ a: [1] })
  for (const broken of ['{"a', '[1]', '"x"', 'null']) expect(() => argumentsOf('f', broken)).toThrow(/f with arguments/)
})

test('an endless event is the vendor’s failure', async () => {
  const { part } = fakeHost([{ body: `data: ${'x'.repeat(1 << 21)}` }])
  const vendor = { name: 'Vendor', secrets: [] }
  const reading = async () => {
    const answer = await ask(part, vendor, { url: 'x', headers: {}, body: '', signal: new AbortController().signal })
    for await (const _ of eventsOf(vendor, answer.body)) expect.unreachable()
  }
  await expect(reading()).rejects.toMatchObject({ code: 'vendor.failed', message: /Vendor sent what cannot be read/ })
})
