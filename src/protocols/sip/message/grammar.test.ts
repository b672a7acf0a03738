import { describe, expect, it } from 'vitest'
import { parseSchemes } from './auth.ts'
import { formatCSeq, parseCSeq } from './cseq.ts'
import {
  header,
  headerLines,
  headerTokens,
  headerValues,
  prependHeader,
  sameHeader,
  withHeader,
  withoutHeader,
} from './headers.ts'
import { formatNameAddr, parseNameAddr, tagOf, withTag } from './name-addr.ts'
import { formatParams, param, parseParams, withoutParam, withParam } from './params.ts'
import { addressesOf, callIdOf, topVia } from './read.ts'
import { mayStandFor, sameUri } from './same.ts'
import { formatUri, parseUri } from './uri.ts'
import { branchOf, formatVia, parseVia } from './via.ts'

describe('a URI', () => {
  it.each([
    'sip:alice@example.com',
    'sips:alice:pass,word@example.com:5061;transport=tls;lr',
    'sip:+15551230001@192.0.2.1:5080;user=phone',
    'sip:[2001:db8::1]:5060',
    'sip:a@[::ffff:192.0.2.1];maddr=[::1]?Subject=hi%20there&X=',
    'sip:1;phone-context=+44@gw',
    'tel:+1-201-555-0123;phone-context=example.com',
    'tel:*31%2300'.replace('%23', '#'),
    'isbn:9780000000000',
    'urn:service:sos',
  ])('%s is read, and written the same', (text) => {
    const uri = parseUri(text)
    expect(uri && formatUri(uri)).toBe(text)
  })

  it('is a value, unescaped', () => {
    expect(parseUri('SIP:%61lice%20b:p%3Aw@Example.com:05060;a=%3B;lr;b=?x=%26&y')).toEqual({
      scheme: 'sip',
      user: 'alice b',
      password: 'p:w',
      host: 'Example.com',
      port: 5060,
      params: [{ name: 'a', value: ';' }, { name: 'lr' }, { name: 'b', value: '' }],
      headers: [{ name: 'x', value: '&' }, { name: 'y' }],
    })
    expect(parseUri('SIPS:[::1]')).toEqual({ scheme: 'sips', host: '::1', params: [], headers: [] })
    expect(parseUri('TEL:7042;phone-context=example.com')).toMatchObject({ scheme: 'tel', number: '7042' })
    expect(parseUri('HTTP://x/y?z')).toEqual({ scheme: 'other', name: 'http', rest: '//x/y?z' })
  })

  it('is escaped where it must be', () => {
    const uri = {
      scheme: 'sip',
      user: 'Zoë @:%',
      host: '::1',
      params: [{ name: 'p', value: 'a;b' }],
      headers: [],
    } as const
    expect(formatUri(uri)).toBe('sip:Zo%C3%AB%20%40%3A%25@[::1];p=a%3Bb')
    expect(parseUri(formatUri(uri))).toEqual(uri)
  })

  it('with bytes that are no UTF-8 is read as far as it goes', () => {
    expect(parseUri('sip:M%FCller@example.com')).toMatchObject({ user: 'M\ufffdller' })
  })

  it.each([
    '',
    'sip',
    'sip:',
    ':x',
    'sip:@example.com',
    'sip::p@example.com',
    'sip:a@',
    'sip:a@b@c',
    'sip:a%2@b',
    'sip:a:%zz@b',
    'sip:a@b c',
    'sip:a@<b>',
    'sip:a@b:',
    'sip:a@b:x',
    'sip:a@b:65536',
    'sip:a@b;',
    'sip:a@b;=x',
    'sip:a@b;%0=x',
    'sip:a@b;x=%0',
    'sip:a@b?',
    'sip:a@b?=x',
    'sip:a@b/c',
    'sip:[2001:db8::1',
    'sip:[]',
    'sip:[1.2.3.4]',
    'sip:[fe80::1%eth0]',
    'sip:[1::2::3]',
    'sip:2001:db8::1',
    'tel:',
    'tel:Alice',
    'tel:1;=x',
    '1x:y',
    'x:',
  ])('%j is none', (text) => {
    expect(parseUri(text)).toBeUndefined()
  })
})

describe('two URIs', () => {
  // RFC 3261 §19.1.4 gives these.
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    ['sip:alice@a.com?subject=project%20x&priority=urgent', 'sip:alice@a.com?priority=urgent&subject=project%20x'],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
    ['isbn:1', 'isbn:1'],
    ['not one', 'not one'],
  ])('%s and %s are the same', (one, other) => {
    expect([sameUri(one, other), sameUri(other, one)]).toEqual([true, true])
  })

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=off', 'sip:carol@chicago.com;security=on'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a:x@b', 'sip:a:y@b'],
    ['sip:+1@b', 'tel:+1'],
    ['tel:+1', 'sip:+1@b'],
    ['tel:1;phone-context=a', 'tel:1;phone-context=b'],
    ['isbn:1', 'isbn:2'],
    ['sip:a', 'isbn:2'],
    ['not one', 'sip:a'],
  ])('%s and %s are not', (one, other) => {
    expect([sameUri(one, other), sameUri(other, one)]).toEqual([false, false])
  })

  it.each([
    ['sip:200@pbx.example.com', 'sip:200@192.0.2.1:5080;transport=tcp', true],
    ['sip:pbx.example.com', 'sip:200@pbx.example.com', true],
    ['sip:201@pbx.example.com', 'sip:200@pbx.example.com', false],
    ['sip:200@pbx.example.com', 'sip:pbx.example.com', false],
    ['tel:+1-2', 'tel:+12', true],
    ['tel:+1-2', 'sip:+12@pbx', false],
    ['', '', false],
    ['/', 'sip:200@pbx', false],
  ])('may stand for each other in credentials or not: %s, %s', (digest, asked, may) => {
    expect(mayStandFor(digest, asked)).toBe(may)
  })
})

describe('an address', () => {
  it.each<[string, unknown]>([
    ['sip:a@b', { uri: 'sip:a@b', params: [] }],
    ['sip:a@b;tag=1 ; x', { uri: 'sip:a@b', params: [{ name: 'tag', value: '1' }, { name: 'x' }] }],
    ['<sip:a@b;lr?x=y>;q=0.5', { uri: 'sip:a@b;lr?x=y', params: [{ name: 'q', value: '0.5' }] }],
    [' "A \\"B\\" <c>, d"<sip:a@b>', { display: 'A "B" <c>, d', uri: 'sip:a@b', params: [] }],
    ['""  <sip:a@b>', { display: '', uri: 'sip:a@b', params: [] }],
    ['A. Lice (home) <sip:a@b>', { display: 'A. Lice (home)', uri: 'sip:a@b', params: [] }],
    ['Ümläut <tel:+1>', { display: 'Ümläut', uri: 'tel:+1', params: [] }],
    ['< sip:a@b >;x="y;z"', { uri: 'sip:a@b', params: [{ name: 'x', value: 'y;z' }] }],
  ])('%s is read', (text, address) => {
    expect(parseNameAddr(text)).toEqual(address)
  })

  it.each([
    '',
    '*',
    'a',
    'sip:',
    ':a',
    '1:a',
    'sip:a@b?x=y',
    'sip:a@b,c',
    '<sip:a@b',
    '<sip:a b>',
    '"A <sip:a@b>',
    '"A" sip:a@b',
    'A, B <sip:a@b>',
    'A;B <sip:a@b>',
    '<sip:a@b> x',
    '<sip:a@b>;',
    '<sip:a@b>;=1',
    '<sip:a@b>;x="',
    '<sip:a@b>;x=a"b',
    '<sip:a@b>;x=1 2',
    'sip:a@b x',
    'a<b>c<sip:d>',
  ])('%j is none', (text) => {
    expect(parseNameAddr(text)).toBeUndefined()
  })

  it('is written with brackets, and quotes where they are needed', () => {
    const address = { display: 'A "B"', uri: 'sip:a@b;x', params: [{ name: 'tag', value: '1' }] }
    expect(formatNameAddr(address)).toBe('"A \\"B\\"" <sip:a@b;x>;tag=1')
    expect(formatNameAddr({ display: 'Bob', uri: 'sip:a@b', params: [] })).toBe('Bob <sip:a@b>')
    expect(formatNameAddr(withTag({ uri: 'sip:a@b', params: [] }, 'x'))).toBe('<sip:a@b>;tag=x')
    expect([tagOf(address), tagOf({ ...address, params: [{ name: 'tag' }] })]).toEqual(['1', undefined])
  })
})

describe('parameters', () => {
  it('are read, changed and written', () => {
    const params = parseParams(' ;A=b; lr ;c = "d \\"e" ;f=')
    expect(params).toEqual([
      { name: 'A', value: 'b' },
      { name: 'lr' },
      { name: 'c', value: 'd "e' },
      { name: 'f', value: '' },
    ])
    expect(['a', 'LR', 'c', 'g'].map((name) => param(params ?? [], name))).toEqual(['b', '', 'd "e', undefined])
    expect(formatParams(params ?? [])).toBe(';A=b;lr;c="d \\"e";f=""')
    expect(formatParams(withParam(withParam([{ name: 'a', value: '1' }, { name: 'b' }], 'A', '2'), 'c'))).toBe(
      ';A=2;b;c',
    )
    expect(withoutParam([{ name: 'a' }, { name: 'b' }], 'A')).toEqual([{ name: 'b' }])
    expect(formatParams([{ name: 'received', value: '[2001:db8::1]' }])).toBe(';received=[2001:db8::1]')
  })

  it.each(['x', ';;', ';', ';a=b c', ';a="b', ';a=<b>', ';a=b,c'])('%j are none', (text) => {
    expect(parseParams(text)).toBeUndefined()
  })
})

describe('a Via', () => {
  it('is read and written', () => {
    const via = parseVia('SIP/2.0/tcp [2001:db8::1] : 5060 ;branch=z9hG4bK1;rport')
    expect(via).toEqual({
      protocol: 'TCP',
      host: '2001:db8::1',
      port: 5060,
      params: [{ name: 'branch', value: 'z9hG4bK1' }, { name: 'rport' }],
    })
    expect(via && [formatVia(via), branchOf(via)]).toEqual([
      'SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bK1;rport',
      'z9hG4bK1',
    ])
    expect(parseVia('sip / 2.0 / UDP a_b.example')).toEqual({ protocol: 'UDP', host: 'a_b.example', params: [] })
  })

  it.each([
    '',
    'SIP/2.0',
    'SIP/2.0/',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP[::1]',
    'SIP/2.0/UDP a b',
    'SIP/2.0/UDP a:',
    'HTTP/2.0/UDP a',
    'SIP/3.0/UDP a',
    'SIP/2.0/UDP a;',
  ])('%j is none', (text) => {
    expect(parseVia(text)).toBeUndefined()
  })
})

describe('a CSeq', () => {
  it('is a number below 2³¹ and a method', () => {
    expect(parseCSeq('0009   INVITE')).toEqual({ number: 9, method: 'INVITE' })
    expect(formatCSeq({ number: 2_147_483_647, method: 'ACK' })).toBe('2147483647 ACK')
    for (const text of [
      '',
      '1',
      '1 ',
      'INVITE',
      '-1 INVITE',
      '1.5 INVITE',
      '2147483648 INVITE',
      '1 IN VITE',
      '1INVITE',
    ])
      expect(parseCSeq(text)).toBeUndefined()
  })
})

describe('challenges and credentials', () => {
  it('are read, several to a header', () => {
    expect(parseSchemes('Digest realm="a, b=\\"c\\"", NONCE = x== ,, stale=TRUE, New, Basic x="y"')).toEqual([
      {
        scheme: 'digest',
        params: [
          { name: 'realm', value: 'a, b="c"' },
          { name: 'nonce', value: 'x==' },
          { name: 'stale', value: 'TRUE' },
        ],
      },
      { scheme: 'new', params: [] },
      { scheme: 'basic', params: [{ name: 'x', value: 'y' }] },
    ])
    expect(parseSchemes(' ,')).toEqual([])
  })

  it.each([
    'realm="x"',
    'Digest realm="x',
    'Digest realm="x"y',
    'Digest a=b, A=c',
    'Digest a=b c=d',
    '"x"',
    'Digest/a',
  ])('%j are none', (text) => {
    expect(parseSchemes(text)).toBeUndefined()
  })
})

describe('headers', () => {
  const message = {
    headers: [
      { name: 'v', value: 'SIP/2.0/UDP a, SIP/2.0/UDP "b' },
      { name: 'VIA', value: 'SIP/2.0/UDP c' },
      { name: 'Contact', value: '"A, B" <sip:a,b@c>, <sip:d@e>' },
      { name: 'k', value: 'Timer, ,100rel;x' },
      { name: 'Date', value: 'Sat, 21 Nov 2026 16:00:00 GMT' },
      { name: 'Allow', value: '' },
    ],
  }

  it('are found in any case of letters and in their compact form', () => {
    expect([header(message, 'Via'), header(message, 'V'), header(message, 'x')]).toEqual([
      'SIP/2.0/UDP a, SIP/2.0/UDP "b',
      'SIP/2.0/UDP a, SIP/2.0/UDP "b',
      undefined,
    ])
    expect(headerLines(message, 'via')).toHaveLength(2)
    expect([sameHeader('f', 'From'), sameHeader('F', 'f'), sameHeader('to', 'from')]).toEqual([true, true, false])
  })

  it('have these compact forms, each for one header', () => {
    const forms = `a Accept-Contact, b Referred-By, c Content-Type, d Request-Disposition, e Content-Encoding, f From, i Call-ID,
      j Reject-Contact, k Supported, l Content-Length, m Contact, o Event, r Refer-To, s Subject, t To, u Allow-Events, v Via,
      x Session-Expires, y Identity`
    for (const form of forms.split(',')) {
      const [short = '', long = ''] = form.trim().split(' ')
      expect(sameHeader(short, long)).toBe(true)
      expect(header({ headers: [{ name: short.toUpperCase(), value: long }] }, long.toUpperCase())).toBe(long)
    }
    expect(header({ headers: [{ name: 'n', value: '' }] }, 'nothing')).toBeUndefined()
  })

  it('are split where their grammar is a list, and nowhere else', () => {
    expect(headerValues(message, 'via')).toEqual(['SIP/2.0/UDP a', 'SIP/2.0/UDP "b', 'SIP/2.0/UDP c'])
    expect(headerValues(message, 'm')).toEqual(['"A, B" <sip:a,b@c>', '<sip:d@e>'])
    const quoted = { headers: [{ name: 'Route', value: '<sip:a"b>, <sip:"c>' }] }
    expect(headerValues(quoted, 'route')).toEqual(['<sip:a"b>', '<sip:"c>'])
    expect(headerValues(message, 'date')).toEqual(['Sat, 21 Nov 2026 16:00:00 GMT'])
    expect([headerValues(message, 'allow'), headerValues(message, 'route')]).toEqual([[], []])
    expect(headerTokens(message, 'supported')).toEqual(['timer', '100rel'])
  })

  it('are changed in copies', () => {
    expect(withHeader(message, 'Via', 'x').headers.map(({ name }) => name)).toEqual([
      'Via',
      'Contact',
      'k',
      'Date',
      'Allow',
    ])
    expect(withHeader(message, 'New', 'x').headers.at(-1)).toEqual({ name: 'New', value: 'x' })
    expect(withoutHeader(message, 'supported').headers).toHaveLength(5)
    expect(prependHeader(message, 'Via', 'x').headers[0]).toEqual({ name: 'Via', value: 'x' })
    expect(message.headers).toHaveLength(6)
  })

  it('are read as addresses, all or none', () => {
    expect(addressesOf(message, 'contact')?.map(({ uri }) => uri)).toEqual(['sip:a,b@c', 'sip:d@e'])
    expect(addressesOf(message, 'via')).toBeUndefined()
  })

  it('that a message must have are there, or it was made wrongly', () => {
    expect(topVia(message).host).toBe('a')
    expect(() => callIdOf(message)).toThrow('without a readable Call-ID')
  })
})
