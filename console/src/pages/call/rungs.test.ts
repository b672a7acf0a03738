import { describe, expect, test } from 'vitest'
import type { Entry } from './event.ts'
import { findingsOf } from './findings.ts'
import { qualityOf } from './measured.ts'
import { placesOf, rungsOf } from './rungs.ts'
import { storyOf } from './story.ts'
import type { WireMessage } from './wires.ts'

let id = 0
function message(direction: 'in' | 'out', title: string, body: string): WireMessage {
  id += 1
  return { id, at: 1_000 * id, direction, channel: 'signalling', title, body, bytes: body.length }
}

const peer = 'udp 203.0.113.5:5060'
const invite = 'INVITE sip:+15550100001@offhook SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\n'
const ringing = 'SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n'

describe('the rungs of a SIP ladder', () => {
  test('say what passed, which way, and what it answers', () => {
    const rungs = rungsOf([
      message('in', `INVITE from ${peer}`, invite),
      message('out', `180 Ringing to ${peer}`, ringing),
      message('out', `200 OK to ${peer}`, 'SIP/2.0 200 OK\r\ncseq : 2  BYE\r\n\r\n'),
      message('in', `BYE from tls [2001:db8::1]:5061`, 'BYE sip:a@b SIP/2.0\r\n\r\n'),
    ])
    expect(rungs.map(({ label, answers, tone, describes }) => [label, answers, tone, describes])).toEqual([
      ['INVITE', undefined, 'accent', true],
      ['180 Ringing', 'INVITE', 'neutral', false],
      ['200 OK', 'BYE', 'good', false],
      ['BYE', undefined, 'accent', false],
    ])
    expect(placesOf(rungs)).toEqual([peer, 'tls [2001:db8::1]:5061'])
  })

  test('a message that came before is a repetition, the same from us is not', () => {
    const rungs = rungsOf([
      message('in', `INVITE from ${peer}`, invite),
      message('in', `INVITE from ${peer}`, invite),
      message('out', `INVITE to ${peer}`, invite),
    ])
    expect(rungs.map(({ repeated }) => repeated)).toEqual([false, true, false])
  })

  test('bodies that are hidden from this reader look alike and are no repetitions', () => {
    const hidden = [
      message('out', `180 Ringing to ${peer}`, '(hidden)'),
      message('out', `200 OK to ${peer}`, '(hidden)'),
    ]
    expect(rungsOf(hidden).map(({ label, repeated }) => [label, repeated])).toEqual([
      ['180 Ringing', false],
      ['200 OK', false],
    ])
  })

  test('a wish for a password is no failure, a refusal is one', () => {
    const titles = ['401 Unauthorized', '487 Request Terminated', '302 Moved', '486 Busy Here', '603 Decline']
    const rungs = rungsOf(titles.map((title) => message('out', `${title} to ${peer}`, title)))
    expect(rungs.map(({ tone }) => tone)).toEqual(['warn', 'warn', 'warn', 'bad', 'bad'])
  })

  test('other messages of the wire are none', () => {
    const webhook = { ...message('in', `INVITE from ${peer}`, 'CallSid=1'), channel: 'webhook' } as const
    expect(rungsOf([webhook, message('in', 'offer', 'v=0')])).toEqual([])
  })
})

function measured(fields: Readonly<Record<string, unknown>>): Entry {
  const event = { type: 'media.measured', received: 1_000, lost: 0, jitter: 3, ...fields }
  return { position: 1, call: 'call_1', sequence: 1, at: 5_000, event }
}

describe('how the sound travelled', () => {
  test('nothing is said where nothing was measured', () => {
    expect(qualityOf([])).toEqual([])
  })

  test('the newest measurement in figures', () => {
    const figures = qualityOf([
      measured({ score: 1.2 }),
      measured({ score: 4.41, roundTrip: 21, codec: 'g722', encrypted: 'AES_CM_128_HMAC_SHA1_80' }),
    ])
    expect(figures).toEqual([
      { label: 'MOS', value: '4.4', detail: 'good', tone: 'good' },
      { label: 'Loss', value: '0 %', detail: '0 of 1,000' },
      { label: 'Jitter', value: '3 ms' },
      { label: 'Round trip', value: '21 ms' },
      { label: 'Codec', value: 'G.722' },
      { label: 'Encrypted', value: 'SRTP', detail: 'AES_CM_128_HMAC_SHA1_80' },
    ])
  })

  test('what came too late is as good as lost', () => {
    expect(qualityOf([measured({ received: 90, lost: 10, late: 5, codec: 'pcmu' })])).toMatchObject([
      { label: 'Loss', value: '15 %', detail: '10 of 100, 5 late', tone: 'bad' },
      { label: 'Jitter' },
      { value: 'G.711 µ-law' },
      { value: 'No' },
    ])
  })

  test.each([
    [4.03, 'good'],
    [3.7, 'fair'],
    [3.2, 'poor'],
    [2, 'bad'],
  ])('MOS %s is %s', (score, detail) => {
    expect(qualityOf([measured({ score })])[0]).toMatchObject({ detail })
  })

  test('a line that nobody likes to hear is a finding', () => {
    const of = (score: number) => {
      const entries = [measured({ score, received: 900, lost: 100 })]
      return findingsOf({ call, entries, story: storyOf(entries) }).filter(({ id }) => id === 'poor-line')
    }
    expect(of(2.4)).toMatchObject([{ level: 'warning', title: expect.stringMatching(/MOS 2\.4.*10 %/) }])
    expect(of(4.2)).toEqual([])
  })
})

const call = { status: 'completed', endReason: 'caller-hangup', answeredAt: null, endedAt: null } as Parameters<
  typeof findingsOf
>[0]['call'] // nothing else of it is read here
