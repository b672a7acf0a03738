/** SIPp calls us. Whoever answers plays back what it hears, and hangs up on nobody. */
import {
  ackRefusal,
  cancel,
  expectRequest,
  expectStatus,
  invite,
  pause,
  perform,
  provisional,
  respond,
  sdp,
  within,
  type Check,
  type Scenario,
  type Step,
} from '../scenario.ts'

const answered: Check = { matches: 'm=audio [1-9][0-9]* RTP/AVP' }

function hangUp(cseq: number): readonly Step[] {
  return [within('BYE', cseq), expectStatus(200, { dialog: false })]
}

export const basic: Scenario = {
  name: 'call',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200, { checks: [answered] }),
    within('ACK', 1),
    pause(200),
    ...hangUp(2),
  ],
}

/** We hang up. */
export const hungUp: Scenario = {
  name: 'call that the other side ends',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200, { checks: [answered] }),
    within('ACK', 1),
    expectRequest('BYE', { within: 20_000 }),
    respond('200 OK', { tagged: false }),
  ],
}

/** Given up while it rings. */
export const cancelled: Scenario = {
  name: 'CANCEL while it rings',
  steps: [
    invite(),
    expectStatus(100, { optional: true }),
    expectStatus(180),
    cancel(),
    expectStatus(200, { checks: [{ header: 'CSeq:', matches: 'CANCEL' }], dialog: false }),
    expectStatus(487, { dialog: false }),
    ackRefusal(),
  ],
}

/** The answer overtakes the CANCEL: the call stands, and is ended by BYE (RFC 3261 §9.1). */
export const cancelledTooLate: Scenario = {
  name: 'CANCEL after the answer',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200),
    cancel(),
    expectStatus(200, { checks: [{ header: 'CSeq:', matches: 'CANCEL' }], dialog: false }),
    within('ACK', 1),
    ...hangUp(2),
  ],
}

/** No ACK for a second: the answer is repeated until there is one. */
export const lateAck: Scenario = {
  name: 'lost ACK',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200),
    within('ACK', 1, { lost: 100 }),
    pause(1200),
    within('ACK', 1),
    pause(300),
    ...hangUp(2),
  ],
}

/** INVITE without SDP: the offer comes in the 200, the answer goes in the ACK. */
export const lateOffer: Scenario = {
  name: 'late offer',
  steps: [
    invite({}),
    ...provisional,
    expectStatus(200, { checks: [answered] }),
    within('ACK', 1, { body: sdp({ formats: '0 101' }) }),
    pause(200),
    ...hangUp(2),
  ],
}

function reinvite(cseq: number, offer: Parameters<typeof sdp>[0], checks: readonly Check[]): readonly Step[] {
  return [
    within('INVITE', cseq, { body: sdp(offer) }),
    expectStatus(100, { optional: true, dialog: false }),
    expectStatus(200, { checks }),
    within('ACK', cseq),
  ]
}

export const held: Scenario = {
  name: 'hold and resume',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200, { checks: [answered] }),
    within('ACK', 1),
    pause(100),
    ...reinvite(2, { direction: 'sendonly', version: 2 }, [answered, { matches: 'a=(recvonly|inactive)' }]),
    pause(100),
    ...reinvite(3, { direction: 'inactive', version: 3 }, [answered, { matches: 'a=inactive' }]),
    pause(100),
    ...reinvite(4, { version: 4 }, [answered, { matches: 'a=sendrecv' }]),
    ...hangUp(5),
  ],
}

export const codecChanged: Scenario = {
  name: 'codec change',
  steps: [
    invite({ body: sdp({ formats: '0 101' }) }),
    ...provisional,
    expectStatus(200, { checks: [{ matches: 'm=audio [0-9]+ RTP/AVP 0' }] }),
    within('ACK', 1),
    pause(100),
    ...reinvite(2, { formats: '8 101', version: 2 }, [{ matches: 'm=audio [1-9][0-9]* RTP/AVP 8' }]),
    // A codec that we have not: the call stays as it was.
    within('INVITE', 3, { body: sdp({ formats: '18', version: 3 }) }),
    expectStatus(100, { optional: true, dialog: false }),
    expectStatus(488, { dialog: false }),
    within('ACK', 3, { refused: true }),
    pause(100),
    ...hangUp(4),
  ],
}

/** Too short for us, then long enough; refreshed by the caller. */
export const timed: Scenario = {
  name: 'session timer',
  steps: [
    invite({ body: sdp(), headers: ['Supported: timer', 'Session-Expires: 30;refresher=uac', 'Min-SE: 30'] }),
    expectStatus(100, { optional: true, dialog: false }),
    expectStatus(422, { dialog: false, checks: [{ header: 'Min-SE:', matches: '[0-9]+' }] }),
    ackRefusal(),
    invite({
      cseq: 2,
      body: sdp(),
      headers: ['Supported: timer', 'Session-Expires: 1800;refresher=uac', 'Min-SE: 90'],
    }),
    ...provisional,
    expectStatus(200, { checks: [{ header: 'Session-Expires:', matches: '1800 *; *refresher=uac' }] }),
    within('ACK', 2),
    pause(100),
    within('UPDATE', 3, { headers: ['Supported: timer', 'Session-Expires: 1800;refresher=uac'] }),
    expectStatus(200, { checks: [{ header: 'Session-Expires:', matches: '1800' }] }),
    ...hangUp(4),
  ],
}

/** Provisional responses that are sure to arrive (RFC 3262). */
export const reliable: Scenario = {
  name: 'PRACK',
  steps: [
    invite({ body: sdp(), headers: ['Require: 100rel'] }),
    expectStatus(100, { optional: true }),
    expectStatus(180, { checks: [{ header: 'RSeq:', matches: '[0-9]+', into: 'rseq' }] }),
    within('PRACK', 2, { headers: ['RAck: [$rseq] 1 INVITE'] }),
    expectStatus(200, { dialog: false, checks: [{ header: 'CSeq:', matches: 'PRACK' }] }),
    expectStatus(200, { checks: [{ header: 'CSeq:', matches: 'INVITE' }] }),
    within('ACK', 1),
    pause(100),
    ...hangUp(3),
  ],
}

/** Keys as SIP messages. */
export const keysByInfo: Scenario = {
  name: 'keys by INFO',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200),
    within('ACK', 1),
    pause(300),
    within('INFO', 2, { body: { type: 'application/dtmf-relay', text: 'Signal=5\nDuration=160' } }),
    expectStatus(200, { dialog: false }),
    within('INFO', 3, { body: { type: 'application/dtmf', text: '#' } }),
    expectStatus(200, { dialog: false }),
    pause(300),
    ...hangUp(4),
  ],
}

/** SIPp brings a capture of each key (what its `play_dtmf` makes up by itself is no RFC 4733), numbered as they were pressed: 1 comes before 2. */
function playKey(key: string): readonly Step[] {
  return [perform(`play_pcap_audio="/usr/share/sip-tester/dtmf_2833_${key}.pcap"`), pause(600)]
}

/** Keys as RTP packets. */
export const keysByRtp: Scenario = {
  name: 'keys by RFC 4733',
  steps: [
    invite({ body: sdp({ formats: '0 101' }) }),
    ...provisional,
    expectStatus(200),
    within('ACK', 1),
    pause(300),
    ...['2', '4', 'pound'].flatMap(playKey),
    ...hangUp(2),
  ],
}

/** Who calls is asked for a name and a password. */
export const challenged = (status: 401 | 407): Scenario => ({
  name: 'digest',
  steps: [
    invite(),
    expectStatus(100, { optional: true, dialog: false }),
    expectStatus(status, { dialog: false, challenge: true }),
    ackRefusal(),
    invite({ cseq: 2, body: sdp(), headers: ['[authentication]'] }),
    // Another challenge of the first INVITE, if that was repeated.
    expectStatus(status, { optional: true, dialog: false }),
    ...provisional,
    expectStatus(200, { checks: [answered] }),
    within('ACK', 2),
    pause(100),
    ...hangUp(3),
  ],
})

/** Requests within a call that mean nothing to it, each with the answer its RFC wants. */
export const outside: Scenario = {
  name: 'requests that mean nothing',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200),
    within('ACK', 1),
    within('FROB', 2),
    // Not one it knows and refuses (405), but one it does not know (RFC 3261 §21.5.2).
    expectStatus(501, { dialog: false, checks: [{ header: 'Allow:', matches: 'INVITE' }] }),
    within('OPTIONS', 3),
    expectStatus(200, { dialog: false, checks: [{ header: 'Allow:', matches: 'INVITE' }] }),
    within('OPTIONS', 4, { headers: ['Require: nothing-we-know'] }),
    expectStatus(420, { dialog: false, checks: [{ header: 'Unsupported:', matches: 'nothing-we-know' }] }),
    ...hangUp(5),
  ],
}

/** The caller wants us to call somebody else instead (RFC 3515). */
export const refers: Scenario = {
  name: 'REFER from the caller',
  steps: [
    invite(),
    ...provisional,
    expectStatus(200),
    within('ACK', 1),
    pause(100),
    within('REFER', 2, { headers: ['Refer-To: <sip:+15550100999@[remote_ip]:[remote_port]>'] }),
    // 202 and its reports, or 603 where nobody may be sent on.
    expectStatus(603, { dialog: false }),
    ...hangUp(3),
  ],
}
