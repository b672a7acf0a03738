/** Lines as machines and people get them, and what never gets into one. */
import { describe, expect, test } from 'vitest'
import { VirtualClock } from './clock.ts'
import { createLogger, memoryLogger, silentLogger } from './log.ts'
import type { LogOptions } from './log.ts'

function logged(options: LogOptions = {}) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return { lines, log: createLogger({ clock: new VirtualClock(), destination, ...options }) }
}

describe('createLogger', () => {
  test('writes one JSON object a line, dated by its clock', () => {
    const { lines, log } = logged()
    log.info('call answered', { call: 'call_1', ms: 12 })
    expect(lines).toEqual([
      '{"level":"info","time":"2026-01-01T00:00:00.000Z","call":"call_1","ms":12,"message":"call answered"}\n',
    ])
  })

  test('makes no line below its level', () => {
    const { lines, log } = logged({ level: 'warn' })
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    expect(lines).toHaveLength(2)
    const silent = logged({ level: 'silent' })
    silent.log.error('nothing')
    expect(silent.lines).toEqual([])
  })

  test('children carry their fields, and their children theirs', () => {
    const { lines, log } = logged()
    log.child({ call: 'call_1' }).child({ leg: 'leg_1' }).info('joined', { n: 1 })
    expect(JSON.parse(lines[0]!)).toMatchObject({ call: 'call_1', leg: 'leg_1', n: 1, message: 'joined' })
  })

  test('hides secrets in messages, fields, bindings, errors and headers', () => {
    const { lines, log } = logged({ secrets: ['hunter22'] })
    const bound = log.child({ apiKey: 'k-12345', note: 'hunter22' })
    bound.error('dial https://u:pw@h/?token=t-12345 with hunter22', {
      error: new Error('Bearer b-12345X'),
      headers: { authorization: 'a-12345', cookie: 'c-12345', 'x-twilio-signature': 's-12345' },
      url: 'wss://h/media/m-12345',
      hunter22: 1,
    })
    const text = lines.join('')
    for (const secret of ['12345', 'hunter22', 'u:pw']) expect(text).not.toContain(secret)
    expect(text).toContain('[redacted]')
  })

  test('shortens phone numbers when told to', () => {
    const { lines, log } = logged({ shortPhones: true })
    log.child({ from: '+15550100001' }).info('ringing', { to: '+15550100002' })
    expect(JSON.parse(lines[0]!)).toMatchObject({ from: '+1555•••0001', to: '+1555•••0002' })
  })

  test('pretty lines read as a sentence with fields, and stacks go below', () => {
    const { lines, log } = logged({ format: 'pretty', level: 'debug' })
    log.info('call answered', { call: 'call_1', said: 'good day', count: 3 })
    log.error('failed', { error: Object.assign(new Error('no route'), { stack: 'Error: no route\n    at x' }) })
    expect(lines).toEqual([
      '00:00:00.000 INFO  call answered call=call_1 said="good day" count=3\n',
      '00:00:00.000 ERROR failed error={"name":"Error","message":"no route"}\n    Error: no route\n        at x\n',
    ])
  })

  test('pretty lines let nobody steer the terminal or forge a line', () => {
    const { lines, log } = logged({ format: 'pretty' })
    log.info('hello\u001b[2J\nfake', { name: 'a\nb\u001b[31m' })
    expect(lines).toEqual(['00:00:00.000 INFO  hello\\u001b[2J\\nfake name="a\\nb\\u001b[31m"\n'])
  })

  test('colours only when asked', () => {
    const { lines, log } = logged({ format: 'pretty', colour: true })
    log.warn('slow')
    expect(lines[0]).toContain('\u001b[33mWARN \u001b[0m slow')
  })

  test('flushing where nothing waits is harmless', () => {
    expect(() => logged().log.flush()).not.toThrow()
  })
})

test('the memory logger keeps redacted lines of itself and its children', () => {
  const log = memoryLogger()
  log.child({ call: 'call_1', token: 'x' }).warn('at wss://h/media/abc', { ms: 1 })
  log.debug('plain')
  expect(log.lines).toEqual([
    { level: 'warn', message: 'at wss://h/media/[redacted]', fields: { call: 'call_1', token: '[redacted]', ms: 1 } },
    { level: 'debug', message: 'plain', fields: {} },
  ])
})

test('the silent logger says nothing, whoever asks', () => {
  expect(silentLogger.child({ a: 1 })).toBe(silentLogger)
  expect(silentLogger.error('x')).toBeUndefined()
})
