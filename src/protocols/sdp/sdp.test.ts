import { describe, expect, test } from 'vitest'
import { isHidden, isPrivate, isSame, readCandidate } from './candidate.ts'
import { attributes, codecs, readDescription, writeDescription } from './sections.ts'

const sdp = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 126',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=rtpmap:126 telephone-event/8000',
  'a=rtpmap:99 speex/8000',
  'a=sendrecv',
  'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:1',
  '',
].join('\r\n')

describe('a description', () => {
  test('is read in sections and written back byte for byte', () => {
    const read = readDescription(sdp)!
    expect(read.media.map(({ kind, port, formats }) => [kind, port, formats])).toEqual([
      ['audio', 9, ['111', '0', '126']],
      ['application', 0, ['webrtc-datachannel']],
    ])
    expect(writeDescription(read)).toBe(sdp)
    expect(writeDescription(readDescription(sdp.replaceAll('\r\n', '\n'))!)).toBe(sdp)
  })

  test('knows its attributes and codecs, static types among them', () => {
    const { session, media } = readDescription(sdp)!
    expect([attributes(session, 'group'), attributes(media[0]!, 'sendrecv'), attributes(media[0]!, 'send')]).toEqual([
      ['BUNDLE 0 1'],
      [''],
      [],
    ])
    expect([...codecs(media[0]!)]).toEqual([
      [0, 'pcmu/8000'],
      [111, 'opus/48000'],
      [126, 'telephone-event/8000'],
    ])
  })

  test.each([
    '',
    'hello',
    'v=1\r\ns=-',
    'v=0\r\nnonsense',
    'v=0\r\nm=audio',
    'v=0\r\nm=audio 9 RTP',
    'v=0\r\n\r\nm=audio 9 X 0',
  ])('%j is none', (text) => {
    expect(readDescription(text)).toBeUndefined()
  })
})

describe('a candidate', () => {
  test('names an address, and whether it hides or relates to another', () => {
    expect(readCandidate('a=candidate:1 1 UDP 2122260223 10.0.0.7 54321 typ srflx raddr 192.168.0.1 rport 9')).toEqual({
      ...{ transport: 'udp', address: '10.0.0.7', port: 54_321, type: 'srflx', related: '192.168.0.1' },
    })
    const hidden = readCandidate('candidate:1 1 udp 1 0f2a.local 54321 typ host generation 0')!
    expect([isHidden(hidden), isHidden({ ...hidden, address: '1.2.3.4' })]).toEqual([true, false])
  })

  test.each([
    'candidate:',
    'a=candidate:1 1 udp x 10.0.0.1 9 typ host',
    'candidate:1 1 udp 1 10.0.0.1 70000 typ host',
    'a=mid:0',
  ])('%j is none', (line) => {
    expect(readCandidate(line)).toBeUndefined()
  })
})

test.each([
  ['10.0.0.1', true],
  ['192.168.1.1', true],
  ['127.0.0.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:10.0.0.1', true],
  ['metadata.google.internal', true],
  ['203.0.113.9', true],
  ['8.8.8.8', false],
  ['2606:4700::1111', false],
])('%s is nobody else’s business: %s', (address, expected) => {
  expect(isPrivate(address)).toBe(expected)
})

test.each([
  ['10.0.0.1', '10.0.0.1', true],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['10.0.0.12', '10.0.0.1', false],
  ['10a0.0.1', '10.0.0.1', false],
  ['2001:db8::1', '2001:0db8:0::1', true],
])('%s and %s are one address: %s', (one, other, expected) => {
  expect(isSame(one, other)).toBe(expected)
})
