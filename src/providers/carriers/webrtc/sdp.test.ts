import { describe, expect, test } from 'vitest'
import { isWelcome, plainAnswer, readOffer, withPublicAddress } from './sdp.ts'

const print = `sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`
const offer = (lines: readonly string[] = [], formats = '111 0 110 126') =>
  [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${formats}`,
    'a=mid:0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789012345678901',
    `a=fingerprint:${print}`,
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:126 telephone-event/8000',
    ...lines,
    '',
  ].join('\r\n')
const policy = { codec: 'opus', privateCandidates: true } as const

describe('an offer', () => {
  test('is answered in the preferred codec, or in the other where that is missing', () => {
    expect(readOffer(offer(), policy)).toMatchObject({ codec: 'opus', keys: [110, 126], channel: false })
    expect(readOffer(offer(), { ...policy, codec: 'pcmu' }).codec).toBe('pcmu')
    expect(readOffer(offer([], '0 126'), policy).codec).toBe('pcmu')
    expect(readOffer(offer([], '111'), { ...policy, codec: 'pcmu' }).codec).toBe('opus')
  })

  test('with a data channel says so', () => {
    const lines = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:1']
    expect(readOffer(offer(lines), policy).channel).toBe(true)
  })

  test('loses the candidates that nobody should try, and only those', () => {
    const candidates = [
      '10.0.0.7 9 typ host',
      '8.8.8.8 9 typ srflx raddr 10.0.0.7 rport 9',
      'ab-cd.local 9 typ host',
    ].map((rest) => `a=candidate:1 1 udp 1 ${rest}`)
    const tcp = 'a=candidate:1 1 tcp 1 8.8.8.8 9 typ host tcptype active'
    const kept = (privateCandidates: boolean) =>
      readOffer(offer([...candidates, tcp]), { ...policy, privateCandidates }).sdp.match(/^a=candidate.*$/gm)
    expect(kept(true)).toEqual(candidates.slice(0, 2))
    expect(kept(false)).toEqual([candidates[1]])
  })

  test('that names metadata servers and neighbours cannot make us knock there', () => {
    for (const address of ['169.254.169.254', '127.0.0.1', '192.168.1.1', 'fd00::1', 'internal.example'])
      expect(isWelcome(`candidate:1 1 udp 1 ${address} 80 typ host`, false)).toBe(false)
  })
})

describe('a plain answer', () => {
  const answer = [
    'v=0',
    `a=fingerprint:${print}`,
    'a=fingerprint:sha-384 AA:BB',
    'a=fingerprint:SHA-512 AA:BB',
    'a=candidate:1 1 udp 1 10.0.0.1 9 typ host',
    'a=candidate:2 1 udp 1 10.0.0.12 9 typ host',
    'a=candidate:3 1 udp 1 10a0.0.1 9 typ host',
    'a=candidate:4 1 udp 1 10.0.0.1 9 typ srflx raddr 192.168.0.1 rport 9',
    'a=end-of-candidates',
  ].join('\n')

  test('has SHA-256 fingerprints only, and lines that end with CRLF, the last too', () => {
    const plain = plainAnswer(answer, undefined)
    expect(plain).not.toMatch(/sha-(384|512)/i)
    expect(plain).toContain(`a=fingerprint:${print}\r\n`)
    expect(plain.split('\r\n')).toHaveLength(8)
    expect(plain.endsWith('a=end-of-candidates\r\n')).toBe(true)
  })

  test('names exactly the host as an address: a dot is no wildcard, and a prefix is another machine', () => {
    expect(plainAnswer(answer, '10.0.0.1').match(/^a=candidate.*$/gm)).toEqual([
      'a=candidate:1 1 udp 1 10.0.0.1 9 typ host',
    ])
  })
})

test('behind 1:1 NAT host candidates name the public address of their kind', () => {
  const sdp =
    'a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=candidate:2 1 udp 1 fd00::1 9 typ host\r\na=candidate:3 1 udp 1 9.9.9.9 9 typ srflx raddr 10.0.0.1\r\n'
  expect(withPublicAddress(sdp, '203.0.113.7')).toBe(sdp.replace('10.0.0.1 9 typ host', '203.0.113.7 9 typ host'))
})
