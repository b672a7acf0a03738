import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answer } from './answer.ts'
import type { Agreement, Local, Negotiated, Ours } from './negotiated.ts'
import { readAnswer, writeOffer } from './offer.ts'
import { parseSession, type SessionDescription } from './session.ts'

const ours: Ours = {
  ...{ id: '397', address: '203.0.113.10', port: 40_000, codecs: ['pcmu', 'pcma'] },
  random: (bytes) => new Uint8Array(bytes).fill(7),
}

const read = (text: string): SessionDescription => {
  const parsed = parseSession(text)
  if (!parsed.ok) throw new Error(parsed.why)
  return parsed.session
}

/** A peer's description: its lines after the session's own. */
const theirs = (...lines: readonly string[]): SessionDescription =>
  read(['v=0', 'o=pbx 1 1 IN IP4 198.51.100.7', 's=call', 'c=IN IP4 198.51.100.7', 't=0 0', ...lines, ''].join('\r\n'))

const agreed = (agreement: Agreement): Negotiated => {
  if (!agreement.ok) throw new Error(agreement.why)
  return agreement.agreed
}
const local = (agreement: Agreement): Local => {
  if (!agreement.ok) throw new Error(agreement.why)
  return agreement.local
}
const audio = (sdp: string): readonly string[] => sdp.slice(sdp.indexOf('m=')).trimEnd().split('\r\n')

describe('an offer', () => {
  test('says what we take, byte for byte', () => {
    expect(writeOffer({ ...ours, comfortNoise: true }).sdp.split('\r\n')).toEqual([
      'v=0',
      'o=- 397 1 IN IP4 203.0.113.10',
      's=-',
      'c=IN IP4 203.0.113.10',
      't=0 0',
      'm=audio 40000 RTP/AVP 0 8 13 101',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:13 CN/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ])
  })

  test('keeps its version while nothing changes, and raises it when something does', () => {
    const first = writeOffer(ours)
    const same = writeOffer(ours, first)
    const hold = writeOffer({ ...ours, direction: 'sendonly' }, same)
    expect([first.version, same.version, hold.version]).toEqual([1, 1, 2])
    expect(same.sdp).toBe(first.sdp)
    expect(hold.sdp).toContain('o=- 397 2 ')
  })

  test('names IPv6, an RTCP port out of the row, and each clock’s keys', () => {
    const { sdp } = writeOffer({ ...ours, address: '2001:db8::5', rtcpPort: 50_000, codecs: ['opus', 'g722'] })
    expect(sdp).toContain('c=IN IP6 2001:db8::5')
    expect(sdp).toContain('a=rtcp:50000 IN IP6 2001:db8::5')
    expect(sdp).toContain('m=audio 40000 RTP/AVP 111 9 110 101')
    expect(sdp).toContain('a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1')
    expect(sdp).toContain('a=rtpmap:9 G722/8000')
  })

  test('never gives a payload type another meaning than the peer gave it before', () => {
    const before = local(
      answer(
        theirs('m=audio 9000 RTP/AVP 101 111', 'a=rtpmap:101 opus/48000/2', 'a=rtpmap:111 telephone-event/48000'),
        { ...ours, codecs: ['opus', 'pcmu'] },
      ),
    )
    const again = writeOffer({ ...ours, codecs: ['opus', 'pcmu'] }, before).sdp
    expect(audio(again)[0]).toBe('m=audio 40000 RTP/AVP 101 0 111 96')
    expect(again).toContain('a=rtpmap:96 telephone-event/8000')
  })

  test('keeps the places of streams that were rejected before', () => {
    const before = local(answer(theirs('m=video 9002 RTP/AVP 96', 'm=audio 9000 RTP/AVP 0'), ours))
    expect(audio(writeOffer(ours, before).sdp).slice(0, 2)).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 40000 RTP/AVP 0 8 101',
    ])
  })
})

describe('an answer of ours', () => {
  test('takes one codec with the offer’s own numbers, and says where we are', () => {
    const made = answer(
      theirs('m=audio 9000 RTP/AVP 8 0 100 13', 'a=rtpmap:100 telephone-event/8000', 'a=ptime:30', 'a=maxptime:40'),
      ours,
    )
    expect(audio(local(made).sdp)).toEqual([
      'm=audio 40000 RTP/AVP 0 100',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:100 telephone-event/8000',
      'a=fmtp:100 0-15',
      'a=ptime:30',
      'a=sendrecv',
    ])
    expect(agreed(made)).toEqual({
      ...{ codec: 'pcmu', sends: { payloadType: 0, frameMs: 30 }, hears: new Map([[0, 'pcmu']]) },
      types: new Map([['pcmu', 0]]),
      ...{ events: { sends: 100, hears: [100] }, noise: { hears: [] }, direction: 'sendrecv', held: false },
      remote: {
        rtp: { address: '198.51.100.7', port: 9000 },
        rtcp: { address: '198.51.100.7', port: 9001 },
        mux: false,
      },
    })
  })

  test('answers every stream in its place', () => {
    const { sdp } = local(
      answer(
        theirs(
          'm=audio 0 RTP/AVP 0',
          'm=image 9004 udptl t38',
          'm=audio 9000 RTP/AVP 0',
          'm=video 9002 RTP/AVP 96 97',
          'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
        ),
        ours,
      ),
    )
    expect(sdp.split('\r\n').filter((line) => line.startsWith('m='))).toEqual([
      'm=audio 0 RTP/AVP 0',
      'm=image 0 UDPTL t38',
      'm=audio 40000 RTP/AVP 0',
      'm=video 0 RTP/AVP 96 97',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
    ])
  })

  test.each([
    [
      'nobody we share a codec with',
      ['m=audio 9000 RTP/AVP 18 3'],
      'No codec in common: the offer has g729/8000, gsm/8000, this line pcmu, pcma',
    ],
    ['no audio', ['m=image 9000 udptl t38'], 'The offer has no audio over RTP: it has image 9000 UDPTL'],
    [
      'browsers’ keys',
      ['m=audio 9000 UDP/TLS/RTP/SAVPF 0'],
      'The offer has no audio over RTP: it has audio 9000 UDP/TLS/RTP/SAVPF',
    ],
    [
      'a name for an address',
      ['m=audio 9000 RTP/AVP 0', 'c=IN IP4 media.example'],
      'The media address "media.example" is a name: only IP addresses can be sent to',
    ],
    [
      'everybody’s address',
      ['m=audio 9000 RTP/AVP 0', 'c=IN IP4 224.2.1.1/127'],
      'The media address 224.2.1.1 is no single peer’s'.replace('’', "'"),
    ],
  ])('refuses %s with 488 and the reason', (_, lines, why) => {
    expect(answer(theirs(...lines), ours)).toEqual({ ok: false, status: 488, why })
  })

  test('takes RTCP on the same port, or where the offer says', () => {
    const made = answer(theirs('m=audio 9000 RTP/AVP 0', 'a=rtcp:9000', 'a=rtcp-mux'), ours)
    expect(audio(local(made).sdp)).toEqual(expect.arrayContaining(['a=rtcp:40000 IN IP4 203.0.113.10', 'a=rtcp-mux']))
    expect(agreed(made).remote).toMatchObject({ rtcp: { port: 9000 }, mux: true })
    const apart = agreed(answer(theirs('m=audio 9000 RTP/AVP 0', 'a=rtcp:7000 IN IP4 198.51.100.8'), ours))
    expect(apart.remote).toMatchObject({ rtcp: { address: '198.51.100.8', port: 7000 }, mux: false })
  })

  test('sends keys only by the clock of the sound, and hears them by any', () => {
    const offer = theirs(
      'm=audio 9000 RTP/AVP 96 101 97',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:101 telephone-event/8000',
      'a=rtpmap:97 telephone-event/48000',
    )
    expect(agreed(answer(offer, { ...ours, codecs: ['opus'] })).events).toEqual({ sends: 97, hears: [101, 97] })
  })
})

describe('direction and hold', () => {
  const directionOf = (lines: readonly string[], direction?: Ours['direction']) => {
    const made = answer(theirs('m=audio 9000 RTP/AVP 0', ...lines), { ...ours, ...(direction ? { direction } : {}) })
    const { direction: own, held, remote } = agreed(made)
    return [audio(local(made).sdp).at(-1), own, held, remote !== undefined]
  }

  test.each([
    ['nothing', [], ['a=sendrecv', 'sendrecv', false, true]],
    ['sendonly', ['a=sendonly'], ['a=recvonly', 'recvonly', true, true]],
    ['inactive', ['a=inactive'], ['a=inactive', 'inactive', true, true]],
    ['recvonly', ['a=recvonly'], ['a=sendonly', 'sendonly', false, true]],
    ['no address (RFC 2543)', ['c=IN IP4 0.0.0.0'], ['a=recvonly', 'recvonly', true, false]],
    ['no address in IPv6', ['c=IN IP6 foo.invalid'], ['a=recvonly', 'recvonly', true, false]],
  ])('%s', (_, lines, expected) => {
    expect(directionOf(lines)).toEqual(expected)
  })

  test('ours counts as well', () => {
    expect(directionOf([], 'sendonly')).toEqual(['a=sendonly', 'sendonly', false, true])
    expect(directionOf(['a=sendonly'], 'sendonly')).toEqual(['a=inactive', 'inactive', true, true])
  })
})

describe('an answer to our offer', () => {
  const offered = (more: Partial<Ours> = {}) => {
    const all = { ...ours, ...more }
    return { all, local: writeOffer(all) }
  }

  test('sends with the peer’s numbers, and hears with ours and, where they are free, with theirs', () => {
    const { all, local: offer } = offered({ codecs: ['opus', 'pcmu'] })
    const made = readAnswer(
      offer,
      all,
      theirs('m=audio 9000 RTP/AVP 120 0 121', 'a=rtpmap:120 opus/48000/2', 'a=rtpmap:121 telephone-event/48000'),
    )
    expect(agreed(made)).toMatchObject({
      ...{ codec: 'opus', sends: { payloadType: 120, frameMs: 20 } },
      hears: new Map([
        [120, 'opus'],
        [111, 'opus'],
        [0, 'pcmu'],
      ]),
      types: new Map([
        ['opus', 120],
        ['pcmu', 0],
      ]),
      events: { sends: 121, hears: [110, 101, 121] },
    })
  })

  test.each([
    ['rejects it', ['m=audio 0 RTP/AVP 0'], 'The answer rejects the audio: no codec of ours is theirs'],
    ['has another codec', ['m=audio 9000 RTP/AVP 18'], 'The answer has no codec of ours: it has g729/8000'],
    ['has something else there', ['m=video 9000 RTP/AVP 0'], 'The answer has no audio where the offer has it'],
  ])('that %s is none', (_, lines, why) => {
    const { all, local: offer } = offered()
    expect(readAnswer(offer, all, theirs(...lines))).toMatchObject({ ok: false, why })
  })
})

describe('keys of SRTP', () => {
  const secured = { ...ours, srtp: 'required', suites: ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_128_GCM'] } as const
  const inline = `inline:${Buffer.alloc(30, 1).toString('base64')}`
  const gcm = `inline:${Buffer.alloc(28, 2).toString('base64')}`

  test('are offered one per suite, and the answer takes one with its own key', () => {
    const offer = writeOffer(secured)
    expect(audio(offer.sdp)[0]).toContain('RTP/SAVP')
    expect(audio(offer.sdp).filter((line) => line.startsWith('a=crypto'))).toEqual([
      `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`,
      `a=crypto:2 AEAD_AES_128_GCM inline:${Buffer.alloc(28, 7).toString('base64')}`,
    ])
    const made = readAnswer(offer, secured, theirs('m=audio 9000 RTP/SAVP 0', `a=crypto:2 AEAD_AES_128_GCM ${gcm}`))
    expect(agreed(made).srtp).toEqual({
      sends: { suite: 'AEAD_AES_128_GCM', secret: new Uint8Array(28).fill(7) },
      hears: { suite: 'AEAD_AES_128_GCM', secret: new Uint8Array(28).fill(2) },
    })
    for (const wrong of [`a=crypto:1 AEAD_AES_128_GCM ${gcm}`, 'a=x'])
      expect(readAnswer(offer, secured, theirs('m=audio 9000 RTP/SAVP 0', wrong))).toMatchObject({ ok: false })
  })

  test('are answered by the same tag, and stay in the next answer', () => {
    const offer = theirs('m=audio 9000 RTP/SAVP 0', `a=crypto:4 AES_CM_128_HMAC_SHA1_80 ${inline}|2^31`)
    const first = answer(offer, secured)
    expect(local(first).sdp).toContain('a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:BwcH')
    const again = answer(offer, { ...secured, random: (bytes) => new Uint8Array(bytes).fill(9) }, local(first))
    expect(agreed(again).srtp?.sends).toEqual(agreed(first).srtp?.sends)
    expect(local(again).version).toBe(1)
  })

  test.each([
    ['an MKI', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${inline}|2^20|1:4`],
    ['a session parameter', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${inline} UNENCRYPTED_SRTP`],
    ['a short key', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${gcm}`],
    ['an unknown suite', `a=crypto:1 F8_128_HMAC_SHA1_80 ${inline}`],
  ])('with %s are not taken', (_, line) => {
    expect(answer(theirs('m=audio 9000 RTP/SAVP 0', line), secured)).toMatchObject({
      why: 'The offer requires SRTP, and none of its keys can be used: this line has AES_CM_128_HMAC_SHA1_80, AEAD_AES_128_GCM',
    })
  })

  test('are taken where they are offered beside plain RTP, and plain RTP is never the answer to required ones', () => {
    const line = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${inline}`
    const optional = { ...secured, srtp: 'optional' } as const
    expect(agreed(answer(theirs('m=audio 9000 RTP/AVP 0', line), optional)).srtp).toBeDefined()
    expect(agreed(answer(theirs('m=audio 9000 RTP/AVP 0'), optional)).srtp).toBeUndefined()
    expect(answer(theirs('m=audio 9000 RTP/SAVP 0', line), ours)).toMatchObject({
      why: 'The offer requires SRTP (RTP/SAVP), and this line has it switched off',
    })
    expect(answer(theirs('m=audio 9000 RTP/AVP 0'), secured)).toMatchObject({
      why: 'This line requires SRTP, and the offer has no key for it',
    })
  })
})

describe('a stranger’s description', () => {
  test.each([
    ['', 'The body is no session description: it does not begin with v=0'],
    ['v=0\r\ns=-', 'The description has no m= line'],
    ['v=0\r\nm=audio', 'The line "m=audio" cannot be read: m=audio 40000 RTP/AVP 0 is one'],
    [
      'v=0\r\nm=audio 70000 RTP/AVP 0',
      'The line "m=audio 70000 RTP/AVP 0" cannot be read: m=audio 40000 RTP/AVP 0 is one',
    ],
    [`v=0\r\n${'m=audio 1 RTP/AVP 0\r\n'.repeat(33)}`, 'The description has 33 m= lines: 32 are allowed'],
    ['x'.repeat(65_537), 'The description has 65537 characters: 65536 are allowed'],
  ])('%#', (text, why) => {
    expect(parseSession(text)).toEqual({ ok: false, why })
  })

  test('is read past disorder', () => {
    const messy =
      'v=0\nnonsense\no=- 1 2 IN IP4 x\nm=Audio 9000/2 rtp/avp 0  8 abc\nc=IN IP4 192.0.2.1\na=PTIME:20.0\n\nb=AS:64\na=sendonly \n'
    expect(read(messy).media[0]).toMatchObject({
      ...{ kind: 'audio', port: 9000, protocol: 'RTP/AVP', address: '192.0.2.1', ptime: 20, direction: 'sendonly' },
      formats: [{ payloadType: 0 }, { payloadType: 8 }],
    })
  })

  test('never throws, and whatever is answered has as many streams as the offer', () => {
    const word = fc.constantFrom(
      ...[
        'v=0',
        'o=- 1 1 IN IP4 1.2.3.4',
        's=-',
        'c=IN IP4 1.2.3.4',
        'c=IN IP6 ::1',
        'a=ptime:x',
        'a=rtpmap:0 PCMU/8000',
      ],
      ...[
        'm=audio 9 RTP/AVP 0 96',
        'm=video 9 RTP/AVP 0',
        'm=audio 0 RTP/AVP 0',
        'a=rtpmap:96 opus/48000/2',
        'a=sendonly',
      ],
      ...[
        'm=audio 9 RTP/SAVP 0',
        `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30).toString('base64')}`,
        'a=',
        'm=',
      ],
    )
    const line = fc.oneof({ weight: 5, arbitrary: word }, fc.string({ maxLength: 30 }))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const parsed = parseSession(['v=0', ...lines].join('\r\n'))
        if (!parsed.ok) return
        const made = answer(parsed.session, { ...ours, srtp: 'optional', suites: ['AES_CM_128_HMAC_SHA1_80'] })
        if (!made.ok) return
        expect(read(made.local.sdp).media.length).toBe(parsed.session.media.length)
      }),
      { numRuns: 100 },
    )
  })
})
