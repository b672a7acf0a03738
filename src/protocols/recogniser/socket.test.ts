import { describe, expect, test } from 'vitest'
import type { Now } from '../../spec/http.ts'
import type { RecogniserInput, RecogniserStep } from '../../spec/speech.ts'
import { withQuery } from './settings.ts'
import { recogniserSocket, type Words } from './socket.ts'
import { inAll, soFar } from './words.ts'

interface Config {
  readonly rate: number
}

const plain: Words<Config, number> = {
  rate: ({ rate }) => rate,
  turns: () => 'engine',
  target: ({ rate }) => ({ url: `wss://vendor.example/${rate}`, headers: {} }),
  begin: () => 0,
  heard: (count, { type }) => (type === 'over' ? { events: [{ type: 'flushed' }] } : { state: count + 1 }),
  flush: (count) => ({ messages: [{ text: `flush ${count}` }] }),
  finish: (_, sent) => ({ messages: [{ text: `bye after ${sent}` }] }),
}

function session(words: Partial<Words<Config, number>> = {}, rate = 8000) {
  const socket = recogniserSocket({ ...plain, ...words })
  let state = socket.begin({ rate })
  const give = (input: RecogniserInput): RecogniserStep => {
    const step = socket.step(state, input)
    state = step.state
    return step
  }
  const sound = (samples: number, value = 1) =>
    give({ type: 'audio', pcm: new Int16Array(samples).fill(value) }).messages
  return { socket, give, sound }
}

const now: Now = { time: 0, id: (prefix) => prefix }

test('the address needs no request before it', () => {
  expect(session().socket.connect({ rate: 8000 }, now).next()).toEqual({
    done: true,
    value: { url: 'wss://vendor.example/8000', headers: {} },
  })
})

describe('sound', () => {
  test('goes out as it comes, low byte first', () => {
    const wire = (low: number, high: number) => ({ binary: new Uint8Array(320).map((_, at) => (at % 2 ? high : low)) })
    expect(session().sound(160, 0x1234)[0]).toEqual(wire(0x34, 0x12))
    expect(session().sound(160, -2)[0]).toEqual(wire(0xfe, 0xff))
  })

  test('waits until there is a frame of it, and none of it is lost', () => {
    const { sound } = session({ frame: 50 })
    expect([sound(160, 1), sound(160, 2)]).toEqual([[], []])
    const [message] = sound(200, 3)
    const bytes = message && 'binary' in message ? message.binary : new Uint8Array(0)
    expect([bytes.length, bytes[0], bytes[320], bytes[640]]).toEqual([1040, 1, 2, 3])
    expect(sound(160)).toEqual([])
  })

  test('that waits goes before a flush, filled up with silence', () => {
    const { give, sound } = session({ frame: 50 })
    sound(160, 1)
    const [rest, flush] = give({ type: 'flush' }).messages
    expect(rest && 'binary' in rest && [rest.binary.length, rest.binary[318], rest.binary[320]]).toEqual([800, 1, 0])
    expect(flush).toEqual({ text: 'flush 0' })
    expect(give({ type: 'flush' }).messages).toEqual([{ text: 'flush 0' }])
  })

  test('travels as the vendor has it', () => {
    const { sound } = session({ sound: (pcm, count) => ({ text: `${count}: ${pcm.length}` }) })
    expect(sound(80)).toEqual([])
    expect(sound(80)).toEqual([{ text: '0: 160' }])
  })

  test('is counted, told with the end of a turn and at the very end, once', () => {
    const { give, sound } = session()
    const over = { type: 'message', message: { text: '{"type":"over"}' } } as const
    sound(160)
    sound(320)
    expect(give(over).events).toEqual([{ type: 'usage', usage: { audioMs: 60 } }, { type: 'flushed' }])
    expect(give(over).events).toEqual([{ type: 'flushed' }])
    sound(160)
    const { events, messages } = give({ type: 'finish' })
    expect(events).toEqual([{ type: 'usage', usage: { audioMs: 20 } }])
    expect(messages).toEqual([{ text: 'bye after 3' }])
  })
})

describe('messages', () => {
  test('change what is remembered', () => {
    const { give } = session()
    give({ type: 'message', message: { text: '{"type":"any"}' } })
    expect(give({ type: 'flush' }).messages).toEqual([{ text: 'flush 1' }])
  })

  test.each([
    [{ text: '<html>' }, '6 characters'],
    [{ text: '[]' }, '2 characters'],
    [{ binary: new Uint8Array(3) }, '3 bytes'],
  ])('that are no objects are told and passed over: %j', (message, size) => {
    const { events } = session().give({ type: 'message', message })
    expect(events).toMatchObject([{ type: 'failed', code: 'vendor.failed', fatal: false }])
    expect('message' in events[0]! && events[0].message).toContain(size)
  })
})

test('sound is wanted at once, but where the vendor says when', () => {
  expect(session().give({ type: 'opened' }).events).toEqual([{ type: 'ready' }])
  expect(session({ opened: () => ({}) }).give({ type: 'opened' }).events).toEqual([])
})

test('who knows no idleness says nothing', () => {
  const { socket, give } = session()
  expect('idleAfter' in socket).toBe(false)
  expect(give({ type: 'idle' })).toMatchObject({ events: [], messages: [] })
})

test('words are told without the space around them, and silence is not told', () => {
  expect(soFar(' I  need\n help ')).toEqual([{ type: 'text', text: 'I need help', final: false }])
  expect(inAll('yes ')).toEqual([{ type: 'text', text: 'yes', final: true }])
  expect(inAll(' \n')).toEqual([])
})

test('a query leaves out what is not set, and repeats lists', () => {
  expect(withQuery('wss://x/y', { a: 1, b: undefined, c: ['p', 'q r'], d: false })).toBe(
    'wss://x/y?a=1&c=p&c=q+r&d=false',
  )
})
