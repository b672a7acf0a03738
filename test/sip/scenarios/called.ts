/** SIPp is called by us. */
import {
  answererRequest,
  expectRequest,
  expectStatus,
  pause,
  respond,
  sdp,
  takeDialog,
  type Scenario,
  type Step,
} from '../scenario.ts'

const byeFromUs: readonly Step[] = [expectRequest('BYE', { within: 20_000 }), respond('200 OK', { tagged: false })]

function leave(cseq: number): readonly Step[] {
  return [pause(400), answererRequest('BYE', cseq), expectStatus(200, { dialog: false })]
}

function answeredBy(steps: readonly Step[], more: readonly Step[] = []): readonly Step[] {
  return [
    expectRequest('INVITE', { checks: takeDialog }),
    respond('180 Ringing', { once: true }),
    ...more,
    respond('200 OK', { body: sdp({ formats: '0 101' }) }),
    expectRequest('ACK'),
    ...steps,
  ]
}

/** Answers, and is hung up on. */
export const answers: Scenario = { name: 'called', steps: answeredBy(byeFromUs) }

/** Answers, and hangs up. */
export const answersAndLeaves: Scenario = { name: 'called, and ends the call', steps: answeredBy(leave(1)) }

/** Early media, then an answer. */
export const early: Scenario = {
  name: 'early media',
  steps: answeredBy(leave(1), [
    respond('183 Session Progress', { once: true, body: sdp({ formats: '0 101' }) }),
    pause(300),
  ]),
}

/** Rings until the caller gives up. */
export const ringsForever: Scenario = {
  name: 'cancelled by the caller',
  steps: [
    expectRequest('INVITE'),
    respond('180 Ringing', { once: true }),
    expectRequest('CANCEL', { within: 20_000 }),
    respond('200 OK', { tagged: false, once: true }),
  ],
}

export function refuses(status: string, headers: readonly string[] = []): Scenario {
  return {
    name: `refuses: ${status}`,
    steps: [expectRequest('INVITE'), respond(status, { headers }), expectRequest('ACK')],
  }
}

/** Asks who calls before it answers. */
export const asks: Scenario = {
  name: 'digest toward us',
  steps: [
    expectRequest('INVITE'),
    respond('407 Proxy Authentication Required', {
      headers: ['Proxy-Authenticate: Digest realm="sipp.example", nonce="b7c1a8f0e2", algorithm=MD5, qop="auth"'],
    }),
    expectRequest('ACK'),
    expectRequest('INVITE', {
      checks: [...takeDialog, { header: 'Proxy-Authorization:', matches: 'realm="sipp.example"' }],
    }),
    respond('200 OK', { body: sdp({ formats: '0 101' }) }),
    expectRequest('ACK'),
    ...leave(1),
  ],
}

/** Puts us on hold, and takes us back. */
export const holdsUs: Scenario = {
  name: 'hold by who is called',
  steps: answeredBy([
    pause(200),
    answererRequest('INVITE', 1, { body: sdp({ formats: '0 101', direction: 'sendonly', version: 2 }) }),
    expectStatus(100, { optional: true }),
    expectStatus(200, { checks: [{ matches: 'a=(recvonly|inactive)' }], dialog: false }),
    answererRequest('ACK', 1, { once: true }),
    pause(200),
    answererRequest('INVITE', 2, { body: sdp({ formats: '0 101', version: 3 }) }),
    expectStatus(100, { optional: true }),
    expectStatus(200, { checks: [{ matches: 'a=sendrecv' }], dialog: false }),
    answererRequest('ACK', 2, { once: true }),
    ...leave(3),
  ]),
}

function sipfrag(line: string): { readonly type: string; readonly text: string } {
  return { type: 'message/sipfrag;version=2.0', text: line }
}

/** Is asked to call somebody else, and reports how it goes. `late`: only when it was asked again, as if the first answer were lost. */
export function referred(late: boolean): Scenario {
  return {
    name: late ? 'REFER, asked again' : 'REFER',
    steps: answeredBy([
      expectRequest('REFER', { within: 20_000, checks: [{ header: 'Refer-To:', matches: 'sip:|tel:' }] }),
      ...(late ? [pause(1200)] : []),
      respond('202 Accepted', { tagged: false, once: true }),
      notify(1, 'SIP/2.0 100 Trying', 'active;expires=60'),
      expectStatus(200, { dialog: false }),
      notify(2, 'SIP/2.0 200 OK', 'terminated;reason=noresource'),
      expectStatus(200, { dialog: false }),
      ...byeFromUs,
    ]),
  }
}

function notify(cseq: number, line: string, state: string): Step {
  const headers = ['Event: refer', `Subscription-State: ${state}`]
  return answererRequest('NOTIFY', cseq, { headers, body: sipfrag(line) })
}
