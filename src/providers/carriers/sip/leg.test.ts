import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { silentLogger } from '../../../lib/log.ts'
import type { IncomingSession, Session, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall } from '../../../spec/listen.ts'
import { Leg } from './leg.ts'
import type { Onward } from './referral.ts'
import { settings } from './settings.ts'
import type { Sound } from './sound.ts'
import { trunkOf } from './trunk.ts'

const codec = 'v=0 with a codec of ours'

/** A session that does as it is told, and notes it. */
function sessionOf(log: string[], offer?: string) {
  let tell: (event: SessionEvent) => void = () => undefined
  const session = {
    ...{ callId: 'c1', flow: undefined, offer },
    onEvent: (listener: typeof tell) => void (tell = listener),
    end: ({ reason = '', status }: { reason?: string; status?: number }) =>
      void log.push(`end ${status ?? ''} ${reason}`),
    refer: async (to: string) => (log.push(`refer ${to}`), to.includes('refused') ? 405 : 202),
    info: async (_: string, body: string) => (log.push(`info ${body.split('\r\n', 1)[0]}`), 200),
    accept: (sdp: string) => void log.push(`accept ${sdp}`),
  }
  return { session: session as unknown as IncomingSession, tell: (event: SessionEvent) => tell(event) } // what a leg asks of it
}

function open(
  given: Parameters<typeof settings.parse>[0] = {},
  more: { outgoing?: boolean; lateOffer?: boolean; call?: () => Promise<Onward> } = {},
) {
  const log: string[] = []
  const clock = new VirtualClock()
  const { session, tell } = sessionOf(log)
  let watcher: (seen: { type: string; cause?: string }) => void = () => undefined
  const line = {
    ...{ id: 'call_1', over: false },
    report: (status: string, raw: string, cause?: string) =>
      void log.push(`report ${status} | ${raw} | ${cause ?? ''}`),
    held: (on: boolean) => void log.push(`held ${on}`),
    transferred: (result: string) => void log.push(`transferred ${result}`),
    measured: () => void log.push('measured'),
    note: () => undefined,
    watch: (listener: typeof watcher) => ((watcher = listener), { [Symbol.dispose]: () => undefined }),
  } as unknown as LineCall // what a leg asks of it
  const media = {
    held: false,
    connect: async () => void log.push('connect'),
    answer: (sdp: string) => (sdp === codec ? { ok: true, sdp: 'ours' } : { ok: false, status: 488, why: 'no codec' }),
    answered: (sdp: string) => (sdp === codec ? { ok: true, sdp } : { ok: false, status: 488, why: 'no codec' }),
    press: (digits: string) => (log.push(`press ${digits}`), true),
    digit: (digit: string) => void log.push(`digit ${digit}`),
    quality: () => undefined,
    captured: () => [],
    close: () => void log.push('close'),
  }
  const sound = { media, peer: undefined } as unknown as Sound // as above
  const trunk = trunkOf(
    { id: 'con_1', organization: 'org_1', isDefault: true, settings: settings.parse(given) },
    new Set(),
  )
  const host = { clock, logger: silentLogger, count: () => undefined }
  const leg = new Leg({
    host,
    trunk,
    session,
    sound,
    line,
    outgoing: false,
    prepare: async () => {
      if (more.call) return more.call
      throw new OffhookError('target.forbidden', 'not them')
    },
    gone: () => void log.push('gone'),
    ...more,
  })
  return { leg, log, clock, tell, media, sound, watch: (type: string) => watcher({ type }), session }
}

const over = (by: 'us' | 'peer', status?: number): SessionEvent => ({
  type: 'ended',
  end: { by, reason: 'over', ...(status === undefined ? {} : { status }) },
})
const established: SessionEvent = { type: 'established', tag: 't' }

describe('the end of a call', () => {
  test('is reported once, with who ended it, and everything is closed', () => {
    const { log, tell, leg, clock } = open()
    tell(established)
    tell(over('peer'))
    tell(over('peer'))
    leg.hangUp('late')
    expect(log).toEqual(['report completed | BYE | the other side hung up', 'close', 'gone'])
    expect(clock.pending).toBe(0)
  })

  test('that we want is taken down by the engine before it hears how that went', async () => {
    const { log, tell, leg, watch, clock } = open()
    tell(established)
    leg.hangUp('we hung up')
    tell(over('us'))
    expect(log).toEqual(['end  we hung up', 'gone'])
    watch('command.accepted')
    await clock.advanceAsync(0)
    expect(log.slice(2)).toEqual(['report completed | over | we hung up', 'close'])
  })

  test('of a call that nobody answers comes when it has rung as long as asked', async () => {
    const { leg, log, tell, clock } = open({}, { outgoing: true })
    leg.ringFor(5000)
    clock.advance(4999)
    expect(log).toEqual([])
    clock.advance(1)
    tell(over('us', 487))
    expect(log).toEqual([
      'end  nobody answered within 5 s',
      'report no-answer | CANCEL | nobody answered within 5 s',
      'close',
      'gone',
    ])
  })

  test('comes with its cause when there is no sound any more', () => {
    const { sound, log } = open()
    sound.onSilence('no packet came for 60 s')
    expect(log).toEqual(['report failed | media-timeout | no packet came for 60 s', 'end  no packet came for 60 s'])
  })
})

describe('within a call', () => {
  test('an offer anew is answered, and hold is told; one that cannot be is refused and changes nothing', () => {
    const { tell, media, log } = open()
    const answers: unknown[] = []
    const offer = (sdp: string) => tell({ type: 'offered', sdp, respond: (answer) => void answers.push(answer) })
    media.held = true
    offer(codec)
    media.held = false
    offer(codec)
    offer('video only')
    expect(answers).toEqual(['ours', 'ours', { status: 488 }])
    expect(log).toEqual(['held true', 'held false'])
  })

  test('sound of a late offer waits for what the ACK agrees on', async () => {
    const { leg, log, tell } = open({}, { lateOffer: true })
    await leg.connect()
    expect(log).toEqual([])
    tell({ type: 'answered', sdp: codec })
    expect(log).toEqual(['held false', 'connect'])
  })

  test('keys go as the trunk wants them', async () => {
    const rtp = open({ dtmf: 'rtp' })
    await rtp.leg.sendDigits('12#')
    expect(rtp.log).toEqual(['press 12#'])
    const info = open({ dtmf: 'info' })
    await info.leg.sendDigits('1w#')
    expect(info.log).toEqual(['info Signal=1', 'info Signal=#'])
    await expect(open({ dtmf: 'in-band' }).leg.sendDigits('1')).rejects.toMatchObject({ code: 'command.unsupported' })
  })

  test('a REFER of the peer is refused; one of ours is told of as it goes', async () => {
    const { tell, leg, log } = open()
    const refused: number[] = []
    tell({
      type: 'refer',
      to: 'sip:9@h',
      accept: () => ({ notify: () => undefined }),
      refuse: (status) => void refused.push(status),
    })
    expect(refused).toEqual([603])
    await leg.transfer('sip:2@h')
    tell({ type: 'referred', status: 486, reason: 'Busy Here', final: true })
    await expect(leg.transfer('sip:refused@h')).rejects.toMatchObject({ code: 'command.unsupported' })
    await leg.transfer('sip:3@h')
    await expect(leg.transfer('sip:4@h')).rejects.toMatchObject({ code: 'call.state' })
    expect(log).toEqual(['refer sip:2@h', 'transferred busy', 'refer sip:refused@h', 'refer sip:3@h'])
  })

  test('another telephone of the peer takes it over: the end of the first is not the call’s', () => {
    const { leg, log, tell, session } = open()
    tell(established)
    const other = sessionOf(log, codec)
    expect(leg.replace(sessionOf(log, 'video only').session)).toBe(false)
    expect(leg.replace(other.session)).toBe(true)
    expect([leg.has(session as Session), leg.has(other.session)]).toEqual([false, true])
    tell(over('us'))
    expect(log).toEqual(['accept ours', 'held false'])
    other.tell(over('peer'))
    expect(log.slice(2)).toEqual(['report completed | BYE | the other side hung up', 'close', 'gone'])
  })
})

describe('a transfer that the peer asks for', () => {
  const refer = (log: string[]): SessionEvent => ({
    ...{ type: 'refer', to: 'sip:2@h' },
    accept: () => ({ notify: (status) => void log.push(`notify ${status}`) }),
    refuse: (status) => void log.push(`refuse ${status}`),
  })
  /** A leg whose peer may ask for it, and whoever it names. */
  function referring() {
    const said: string[] = []
    const other = sessionOf(said)
    const media = {
      ...open().media,
      connect: async () => void said.push('connect'),
      close: () => void said.push('close'),
    }
    const sound = { media, peer: undefined } as unknown as Sound // as above
    const call = async () => ({ sound, session: other.session as unknown as Onward['session'] })
    const leg = open({ mayRefer: true }, { call })
    leg.tell(established)
    return { ...leg, said, other, answer: () => other.tell({ ...established, sdp: codec } as SessionEvent) }
  }

  test('is refused where it may not be; a second one waits for the first', async () => {
    const { log, tell, clock, leg } = open({ mayRefer: true })
    tell(refer(log))
    tell(refer(log))
    await expect(leg.transfer('sip:3@h')).rejects.toMatchObject({ code: 'call.state' })
    await clock.advanceAsync(0)
    expect(log).toEqual(['refuse 491', 'refuse 403'])
    await leg.transfer('sip:3@h')
  })

  test('ends in one call with another session and sound of its own; the peer leaves, or is left', async () => {
    const { log, tell, clock, said, other, answer, leg } = referring()
    await leg.connect()
    expect(log.splice(0)).toEqual(['connect'])
    tell(refer(log))
    await clock.advanceAsync(0)
    answer()
    await clock.advanceAsync(0)
    expect([log, said]).toEqual([['notify 200', 'held false', 'close'], ['connect']])
    expect(leg.has(other.session)).toBe(true)
    clock.advance(3_000)
    tell(over('us'))
    expect(log.slice(3)).toEqual(['end  transferred'])
    // Nothing is under way any more: whom it named may be transferred as well.
    await leg.transfer('sip:3@h')
    expect(said.splice(1)).toEqual(['refer sip:3@h'])
    other.tell(over('peer'))
    expect(log.slice(4)).toEqual(['report completed | BYE | the other side hung up', 'gone'])
    expect([said, clock.pending]).toEqual([['connect', 'close'], 0])
  })

  test('outlives a peer that leaves at once; where it fails then, so does the call', async () => {
    const gone = referring()
    gone.tell(refer(gone.log))
    await gone.clock.advanceAsync(0)
    gone.tell(over('peer'))
    expect(gone.log).toEqual([])
    gone.other.tell(over('peer', 486))
    expect(gone.log).toEqual(['notify 486', 'report completed | BYE | the other side hung up', 'close', 'gone'])
    const hung = referring()
    hung.tell(refer(hung.log))
    await hung.clock.advanceAsync(0)
    hung.tell(over('peer'))
    hung.leg.hangUp('we hung up')
    hung.watch('command.accepted')
    await hung.clock.advanceAsync(0)
    expect(hung.log.slice(0, 4)).toEqual(['refuse 603', 'notify 487', 'end  we hung up', 'gone'])
    expect(hung.said).toEqual(['end  the call is over', 'close'])
  })

  test('that fails leaves the call as it was', async () => {
    const { log, tell, clock, other, leg, session } = referring()
    tell(refer(log))
    await clock.advanceAsync(0)
    other.tell(over('peer', 404))
    expect(log).toEqual(['notify 404'])
    expect(leg.has(session)).toBe(true)
    tell(refer(log))
    await clock.advanceAsync(0)
    expect(log).toEqual(['notify 404'])
  })
})
