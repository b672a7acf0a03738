import { describe, expect, it } from 'vitest'
import { refusalOf } from './build.ts'
import { Framing } from './framing.ts'
import { header } from './headers.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Parsed } from './message.ts'
import { parseMessage } from './parse.ts'
import { serialize } from './serialize.ts'

const five = [
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
  'From: <sip:a@example.com>;tag=1',
  'To: <sip:b@example.com>',
  'Call-ID: c@example.com',
  'CSeq: 1 OPTIONS',
]

function write(lines: readonly string[], body = ''): Buffer {
  return Buffer.from([...lines, '', body].join('\r\n'))
}

function options(...more: readonly string[]): Buffer {
  return write(['OPTIONS sip:b@example.com SIP/2.0', ...five, ...more])
}

function fault(parsed: Parsed): unknown {
  return parsed.ok ? 'none' : [parsed.kind, parsed.status, parsed.why]
}

describe('a datagram', () => {
  it('gives a message, its headers in order and as they were written', () => {
    const bytes = options('X-Second: b', 'x-FIRST:a', 'Content-Length: 0')
    const parsed = parseMessage(bytes)
    expect(parsed).toMatchObject({
      ok: true,
      message: { type: 'request', method: 'OPTIONS', uri: 'sip:b@example.com' },
    })
    expect(parsed.ok && parsed.message.headers.slice(5)).toEqual([
      { name: 'X-Second', value: 'b' },
      { name: 'x-FIRST', value: 'a' },
      { name: 'Content-Length', value: '0' },
    ])
  })

  it('is the same byte by byte when it is written again', () => {
    const bytes = write(['SIP/2.0 200 Très bien', ...five, 'Content-Type: text/plain', 'Content-Length: 6'], 'a\r\n\0ü')
    const parsed = parseMessage(bytes)
    expect(parsed.ok && Buffer.from(serialize(parsed.message))).toEqual(bytes)
  })

  it('need not give a reason, nor the space before it', () => {
    for (const line of ['SIP/2.0 200', 'sip/2.0 200 '])
      expect(parseMessage(write([line, ...five]))).toMatchObject({ ok: true, message: { status: 200, reason: '' } })
  })

  it('may begin with line ends, and may leave out Content-Length', () => {
    const parsed = parseMessage(Buffer.concat([Buffer.from('\r\n\r\n'), options(), Buffer.from('body')]))
    expect(parsed.ok && Buffer.from(parsed.message.body).toString()).toBe('body')
  })

  it('ends where Content-Length says', () => {
    const parsed = parseMessage(Buffer.concat([options('l: 2'), Buffer.from('body')]))
    expect(parsed.ok && Buffer.from(parsed.message.body).toString()).toBe('bo')
  })

  it('is looked at where it lies', () => {
    const around = new Uint8Array([1, 2, ...options('l: 0'), 3])
    expect(parseMessage(around.subarray(2, -1)).ok).toBe(true)
  })

  it.each<[string, Buffer, unknown]>([
    ['nothing', Buffer.from(''), ['noise', 400, 'There is nothing but line ends']],
    ['line ends', Buffer.from('\r\n\r\n'), ['noise', 400, 'There is nothing but line ends']],
    ['STUN', Buffer.from('000100002112a442', 'hex'), ['noise', 400, 'The first line is not one of SIP']],
    ['HTTP', write(['GET / HTTP/1.1', 'Host: x']), ['noise', 400, 'The first line is not one of SIP']],
    [
      'a foreign version',
      write(['OPTIONS sip:b SIP/3.0', ...five]),
      ['request', 505, 'The version is SIP/3.0, not SIP/2.0'],
    ],
    [
      'half a version',
      write(['OPTIONS sip:b SIP/2', ...five]),
      ['request', 400, 'The request line does not end with the version'],
    ],
    ['no URI', write(['OPTIONS b SIP/2.0', ...five]), ['request', 400, 'The Request-URI "b" is none']],
    ['no method', write(['OPT/ONS sip:b SIP/2.0', ...five]), ['request', 400, 'The method "OPT/ONS" is no token']],
    ['a status too low', write(['SIP/2.0 099 No', ...five]), ['response', 400, '"SIP/2.0 099 No" is no status line']],
    ['a status too high', write(['SIP/2.0 700 No', ...five]), ['response', 400, '"SIP/2.0 700 No" is no status line']],
    ['a line without a colon', options('what is this'), ['request', 400, '"what is this" is no header']],
    ['a header without a name', options(': x'), ['request', 400, '": x" is no header']],
    ['a line feed alone', options('X: a\nVia: b'), ['request', 400, 'A line ends with CR or LF alone']],
    ['a carriage return alone', options('X: a\rVia: b'), ['request', 400, 'A line ends with CR or LF alone']],
    [
      'a folded line with a line feed alone',
      options('X: a', ' b\n c'),
      ['request', 400, 'A line ends with CR or LF alone'],
    ],
    [
      'no end',
      Buffer.from('OPTIONS sip:b SIP/2.0\r\nX: y\r\n'),
      ['request', 400, 'The headers do not end with an empty line'],
    ],
    ['a length in words', options('l: two'), ['request', 400, 'Content-Length "two" is no number']],
    [
      'a length like none',
      options('l: 99999999999999999999'),
      ['request', 400, 'Content-Length "99999999999999999999" is no number'],
    ],
    ['two lengths', options('l: 0', 'Content-Length: 0'), ['request', 400, 'Content-Length stands 2 times']],
    ['a short body', options('l: 1'), ['request', 400, 'Content-Length is 1; 0 bytes followed']],
    ['a CSeq of two numbers', options('CSeq: 2 OPTIONS'), ['request', 400, 'CSeq stands more than once']],
    ['two Call-IDs', options('i: x'), ['request', 400, 'i stands more than once']],
    ['two From', options('f: <sip:x@y>'), ['request', 400, 'f stands more than once']],
    ['two To', options('T: <sip:x@y>'), ['request', 400, 'T stands more than once']],
  ])('of %s is none', (_, bytes, why) => {
    expect(fault(parseMessage(bytes))).toEqual(why)
  })

  it.each(five)('without "%s" is none', (line) => {
    const rest = five.filter((one) => one !== line)
    const name = line.slice(0, line.indexOf(':'))
    expect(fault(parseMessage(write(['OPTIONS sip:b SIP/2.0', ...rest])))).toEqual([
      'request',
      400,
      `${name} is missing`,
    ])
  })

  it.each([
    ['Via: SIP/2.0/UDP', 'Via'],
    ['Via: SIP/1.0/UDP a', 'Via'],
    ['Via: SIP/2.0/UDP a:70000', 'Via'],
    ['From: a', 'From'],
    ['To: <sip:b', 'To'],
    ['CSeq: 1', 'CSeq'],
    ['CSeq: 2147483648 OPTIONS', 'CSeq'],
  ])('with %s is none', (line, name) => {
    const lines = five.map((one) => (one.startsWith(name) ? line : one))
    const value = line.slice(line.indexOf(' ') + 1)
    const why = `${name} "${value}" cannot be read`
    expect(fault(parseMessage(write(['OPTIONS sip:b SIP/2.0', ...lines])))).toEqual(['request', 400, why])
  })

  it('is as large as it may be, and no larger', () => {
    const limits: Limits = { head: 400, body: 4, header: 60, headers: 7, uri: 20 }
    const size = options().length - 2
    const checked = (bytes: Uint8Array, more: Partial<Limits> = {}) =>
      fault(parseMessage(bytes, { ...limits, ...more }))
    expect(checked(options(), { head: size })).toBe('none')
    expect(checked(options(), { head: size - 1 })).toEqual([
      'request',
      513,
      `The headers have more than ${size - 1} bytes`,
    ])
    expect(checked(Buffer.concat([options(), Buffer.from('four')]))).toBe('none')
    expect(checked(Buffer.concat([options(), Buffer.from('fifth')]))).toEqual([
      'request',
      413,
      'The body has more than 4 bytes',
    ])
    expect(checked(options(`X: ${'y'.repeat(59)}`))).toBe('none')
    expect(checked(options(`X: ${'y'.repeat(60)}`))).toEqual(['request', 400, 'X has more than 60 characters'])
    expect(checked(options('X: y', ` ${'y'.repeat(40)}`, ` ${'y'.repeat(40)}`))).toEqual([
      'request',
      400,
      'X has more than 60 characters',
    ])
    expect(checked(options('X: y', 'X: y'))).toBe('none')
    expect(checked(options('X: y', 'X: y', 'X: y'))).toEqual(['request', 400, 'There are more than 7 headers'])
    const far = write(['OPTIONS sip:bbbbbbbbbbbbbbbbb SIP/2.0', ...five])
    expect(checked(far)).toEqual(['request', 414, 'The Request-URI has 21 characters, more than 20'])
  })

  it('is quoted in what was wrong with it, but not at length', () => {
    const wrong = (line: string) => fault(parseMessage(options(line)))
    expect(wrong('x'.repeat(60))).toEqual(['request', 400, `"${'x'.repeat(60)}" is no header`])
    expect(wrong('x'.repeat(61))).toEqual(['request', 400, `"${'x'.repeat(60)}…" is no header`])
    expect(wrong('a\u0007\u001b[1m\u009b')).toEqual(['request', 400, '"a??[1m?" is no header'])
  })

  it('shows no password of a URI', () => {
    const secret = `key${'x'.repeat(300)}`
    for (const uri of ['sip:agent:key@b c', `<sip:agent:${secret}@b>`, `sip:b "SIPS:a:key@c"`, 'sip::key@ b']) {
      const wrong = JSON.stringify(fault(parseMessage(write([`OPTIONS ${uri} SIP/2.0`, ...five]))))
      expect(wrong).toContain('[redacted]')
      expect(wrong).not.toContain('key')
    }
    expect(fault(parseMessage(write(['OPTIONS sip:a:5060 b SIP/2.0', ...five])))).toEqual([
      'request',
      400,
      'The Request-URI "sip:a:5060 b" is none',
    ])
  })

  it('keeps what can be read of a malformed one, for the answer', () => {
    const parsed = parseMessage(options('nonsense', 'X: y'))
    expect(header(parsed.ok ? parsed.message : parsed, 'x')).toBe('y')
  })

  it('reads bytes that are no UTF-8 as far as they are', () => {
    const parsed = parseMessage(Buffer.from(options('X: M\u00fcller').toString(), 'latin1'))
    expect(parsed.ok && header(parsed.message, 'x')).toBe('M\ufffdller')
  })

  it('takes no longer for many bad lines than for good ones', () => {
    const bytes = Buffer.concat([options().subarray(0, -2), Buffer.from('a\r\n'.repeat(10_000)), Buffer.from('\r\n')])
    expect(fault(parseMessage(bytes))).toEqual(['request', 400, '"a" is no header'])
  })
})

describe('a malformed request', () => {
  function answer(bytes: Uint8Array): unknown {
    const parsed = parseMessage(bytes)
    const refusal = parsed.ok ? undefined : refusalOf(parsed, 'mine')
    return refusal && [refusal.status, refusal.reason, header(refusal, 'to')]
  }

  it('is answered with its own headers, and a tag', () => {
    expect(answer(options('l: 7'))).toEqual([400, 'Bad Request', '<sip:b@example.com>;tag=mine'])
  })

  it.each<[string, Buffer]>([
    ['a response', write(['SIP/2.0 999 No', ...five])],
    ['noise', write(['hello', ...five])],
    ['an ACK', write(['ACK sip:b SIP/2.0', ...five.slice(0, 4), 'CSeq: 1 ACK', 'l: 7'])],
    ['what has no Via', write(['OPTIONS sip:b SIP/2.0', ...five.slice(1)])],
    ['what has no CSeq', write(['OPTIONS sip:b SIP/2.0', ...five.slice(0, 4)])],
  ])('is not answered where it is %s', (_, bytes) => {
    expect(answer(bytes)).toBeUndefined()
  })
})

describe('a stream', () => {
  const message = Buffer.concat([options('l: 4'), Buffer.from('body')])

  function types(framing: Framing, ...pieces: readonly (string | Uint8Array)[]): readonly string[] {
    return pieces.flatMap((piece) => framing.push(Buffer.from(piece)).map(({ type }) => type))
  }

  it('gives its messages one after the other', () => {
    const framing = new Framing()
    const [one, two, ...more] = framing.push(Buffer.concat([message, message, message.subarray(0, 9)]))
    expect([one, two].map((framed) => framed && 'bytes' in framed && Buffer.from(framed.bytes))).toEqual([
      message,
      message,
    ])
    expect([more.length, framing.pending]).toEqual([0, 9])
    expect(types(framing, message.subarray(9))).toEqual(['message'])
    expect(framing.pending).toBe(0)
  })

  it('keeps what it gave', () => {
    const framing = new Framing()
    const [first] = framing.push(message)
    framing.push(Buffer.alloc(message.length, 'x'))
    expect(first && 'parsed' in first && first.parsed.ok && Buffer.from(first.parsed.message.body).toString()).toBe(
      'body',
    )
  })

  it('tells a ping from a pong', () => {
    expect(types(new Framing(), '\r\n\r\n')).toEqual(['ping'])
    expect(types(new Framing(), '\r\n')).toEqual(['pong'])
    expect(types(new Framing(), '\r\n\r\n\r\n')).toEqual(['ping', 'pong'])
    // Two answers to pings of ours, some time apart.
    expect(types(new Framing(), '\r\n', '\r\n')).toEqual(['pong', 'pong'])
    // Cut in two it is a pong at first: nobody can know.
    expect(types(new Framing(), '\r\n\r', '\n')).toEqual(['pong', 'ping'])
    expect(types(new Framing(), '\r\n', message, '\r\n')).toEqual(['pong', 'message', 'pong'])
  })

  it('is over at the first thing that leaves its end open', () => {
    const framing = new Framing()
    expect(types(framing, options(), message)).toEqual(['broken'])
    expect([framing.push(message), framing.pending]).toEqual([[], 0])
    expect(types(new Framing(), 'GET / HTTP/1.1\r\n\r\n')).toEqual(['broken'])
  })

  it('is over when it sends too much, and says so while it can be answered', () => {
    const limits: Limits = { ...defaultLimits, head: 300, body: 3 }
    const [big] = new Framing(limits).push(message)
    expect(big?.type === 'broken' && fault(big.parsed)).toEqual(['request', 413, 'The body has more than 3 bytes'])
    const framing = new Framing(limits)
    const first = framing.push(options().subarray(0, -2))
    const [long] = framing.push(Buffer.from('X: y\r\n'.repeat(40)))
    expect([first, long?.type === 'broken' && fault(long.parsed)]).toEqual([
      [],
      ['request', 513, 'The headers have more than 300 bytes'],
    ])
  })

  it('goes on after a message that is malformed and whole', () => {
    const bad = Buffer.from(message.toString().replace('CSeq: 1', 'CSeq: x'))
    expect(types(new Framing(), bad, message)).toEqual(['message', 'message'])
  })

  it('takes a message of many times its room, and goes on', () => {
    const framing = new Framing()
    const long = Buffer.concat([options('l: 60000'), Buffer.alloc(60_000)])
    for (let at = 0; at < long.length; at += 1000) framing.push(long.subarray(at, at + 1000))
    expect(types(framing, message, message)).toEqual(['message', 'message'])
  })
})
