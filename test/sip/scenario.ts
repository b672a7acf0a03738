/** SIPp scenarios as lists of steps: what is sent, what must come back, and what must stand in it. `xml` is what SIPp reads. */

export interface Scenario {
  readonly name: string
  readonly steps: readonly Step[]
}

/** One element of a scenario's XML. */
export type Step = string

export function xml({ name, steps }: Scenario): string {
  const body = steps.map((step, at) => step.replace(inviteBranch, `[branch-${sinceInvite(steps, at)}]`)).join('\n')
  const kept = new Set([...body.matchAll(/assign_to="([^"]+)"/g)].flatMap(([, names = '']) => names.split(',')))
  // SIPp refuses variables that nobody reads.
  const read = kept.size === 0 ? '' : `<Reference variables="${[...kept].join(',')}"/>\n`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${body}\n${read}</scenario>\n`
}

/** What belongs to the INVITE's transaction bears its branch. SIPp wants to know how many steps ago that was sent. */
const inviteBranch = '[branch of the INVITE]'

function sinceInvite(steps: readonly Step[], at: number): number {
  return at - steps.slice(0, at).findLastIndex((step) => step.includes('CDATA[\n\nINVITE '))
}

export interface Sent {
  readonly headers?: readonly string[]
  /** A body with its type; SDP by `sdp`. */
  readonly body?: { readonly type: string; readonly text: string }
  /** Percent of the sendings that are lost on the way. */
  readonly lost?: number
  /** Not repeated until answered: for what must be lost for good. */
  readonly once?: boolean
  /** Within a dialog: the ACK of a refusal, which belongs to the INVITE's transaction (RFC 3261 §17.1.1.3). */
  readonly refused?: boolean
}

const sdpType = 'application/sdp'

export interface Sdp {
  /** Payload types as in `m=`. */
  readonly formats?: string
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** Of `o=`. */
  readonly version?: number
  readonly more?: readonly string[]
}

/** One audio stream at SIPp's own media port. */
export function sdp({ formats = '0 8 101', direction = 'sendrecv', version = 1, more = [] }: Sdp = {}): Sent['body'] {
  const lines = [
    'v=0',
    `o=sipp 53655765 ${version} IN IP[local_ip_type] [local_ip]`,
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    `m=audio [media_port] RTP/AVP ${formats}`,
    ...formats.split(' ').flatMap((format) => rtpmaps[format] ?? []),
    `a=${direction}`,
    ...more,
  ]
  return { type: sdpType, text: lines.join('\n') }
}

const rtpmaps: Readonly<Record<string, readonly string[]>> = {
  0: ['a=rtpmap:0 PCMU/8000'],
  8: ['a=rtpmap:8 PCMA/8000'],
  9: ['a=rtpmap:9 G722/8000'],
  101: ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'],
}

const caller = '<sip:+15550100777@[local_ip]:[local_port]>;tag=[pid]c[call_number]'
const called = '<sip:[service]@[remote_ip]:[remote_port]>'

/** The INVITE that opens the dialog; `cseq` rises where it is sent again with credentials. */
export function invite({ cseq = 1, ...sent }: Sent & { readonly cseq?: number } = { body: sdp() }): Step {
  return opening('INVITE', cseq, sent)
}

/** CANCEL goes the INVITE's way: same branch, same number (RFC 3261 §9.1). */
export function cancel(): Step {
  return opening('CANCEL', 1, {}, inviteBranch)
}

function opening(method: string, cseq: number, sent: Sent, branch = '[branch]'): Step {
  const lines = [
    `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branch}`,
    `From: ${caller}`,
    `To: ${called}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
    ...(method === 'INVITE' ? ['Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, REFER, NOTIFY'] : []),
  ]
  return send(lines, sent)
}

/** A request of the caller within the dialog. ACK bears the INVITE's number: give it. */
export function within(method: string, cseq: number, sent: Sent = {}): Step {
  const lines = [
    `${method} [next_url] SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${sent.refused ? inviteBranch : '[branch]'}`,
    '[routes]',
    `From: ${caller}`,
    `To: ${called}[peer_tag_param]`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
  ]
  return send(lines, method === 'ACK' ? { once: true, ...sent } : sent)
}

/** The ACK of a refusal belongs to the INVITE's transaction (§17.1.1.3). */
export function ackRefusal(cseq = 1): Step {
  const lines = [
    'ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${inviteBranch}`,
    `From: ${caller}`,
    `To: ${called}[peer_tag_param]`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ACK`,
    'Max-Forwards: 70',
  ]
  return send(lines, { once: true })
}

/** A response to the last request that came. */
export function respond(status: string, sent: Sent & { readonly tagged?: boolean } = {}): Step {
  const { tagged = true, ...rest } = sent
  const lines = [
    `SIP/2.0 ${status}`,
    '[last_Via:]',
    '[last_Record-Route:]',
    '[last_From:]',
    // Within a dialog the tag is there already.
    tagged ? '[last_To:];tag=[pid]s[call_number]' : '[last_To:]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
    'Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, REFER, NOTIFY',
  ]
  const invite2xx = status.startsWith('2') && tagged
  return send(lines, { once: !invite2xx, ...rest })
}

/** A request of the called side within the dialog: `$peer…` were taken from the INVITE by `takeDialog`. */
export function answererRequest(method: string, cseq: number, sent: Sent = {}): Step {
  const lines = [
    `${method} [$peerTarget] SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: [$ownParty];tag=[pid]s[call_number]',
    'To: [$peerParty]',
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
  ]
  return send(lines, sent)
}

/** Of an INVITE that is received: what requests of the called side need. */
export const takeDialog: readonly Check[] = [
  { header: 'From:', matches: '(.*)', into: 'peerParty' },
  { header: 'To:', matches: '(.*)', into: 'ownParty' },
  { header: 'Contact:', matches: '<([^>]*)>', into: 'peerTarget', group: true },
]

export interface Check {
  /** As written, with its colon; absent: the body. */
  readonly header?: string
  /** A POSIX extended expression. */
  readonly matches: string
  /** The variable that keeps it. */
  readonly into?: string
  /** Keep the first group instead of the whole match. */
  readonly group?: boolean
}

export interface Expected {
  readonly optional?: boolean
  readonly checks?: readonly Check[]
  /** Keep Contact and Record-Route: what follows is sent within the dialog they make. */
  readonly dialog?: boolean
  /** Keep the challenge for `[authentication]`. */
  readonly challenge?: boolean
  /** Percent that are lost on the way. */
  readonly lost?: number
  /** ms to wait at most. */
  readonly within?: number
}

export function expectStatus(status: number, expected: Expected = {}): Step {
  return receive(`response="${status}"`, { ...expected, dialog: expected.dialog ?? (status > 100 && status < 300) })
}

export function expectRequest(method: string, expected: Expected = {}): Step {
  return receive(`request="${method}"`, { dialog: false, ...expected })
}

/** 100, 180 and 183 may come before what is waited for. */
export const provisional: readonly Step[] = [100, 180, 183].map((status) => expectStatus(status, { optional: true }))

export function pause(ms: number): Step {
  return `<pause milliseconds="${ms}"/>`
}

/** Anything else that SIPp does by itself, such as sending keys as RTP. */
export function perform(action: string): Step {
  return `<nop><action><exec ${action}/></action></nop>`
}

function receive(what: string, { optional, checks = [], dialog, challenge, lost, within: timeout }: Expected): Step {
  const attributes = [
    what,
    ...(optional ? ['optional="true"'] : []),
    ...(dialog ? ['rrs="true"'] : []),
    ...(challenge ? ['auth="true"'] : []),
    ...(lost === undefined ? [] : [`lost="${lost}"`]),
    ...(timeout === undefined ? [] : [`timeout="${timeout}"`]),
  ].join(' ')
  if (checks.length === 0) return `<recv ${attributes}/>`
  return `<recv ${attributes}><action>\n${checks.map(ereg).join('\n')}\n</action></recv>`
}

function ereg({ header, matches, into = 'checked', group }: Check): string {
  const where = header === undefined ? 'search_in="body"' : `search_in="hdr" header="${header}"`
  const names = group ? `whole,${into}` : into
  return `<ereg regexp="${escaped(matches)}" ${where} check_it="true" assign_to="${names}"/>`
}

function send(lines: readonly string[], { headers = [], body, lost, once }: Sent): Step {
  const attributes = `${once ? '' : ' retrans="500"'}${lost === undefined ? '' : ` lost="${lost}"`}`
  const all = [...lines, ...headers, ...(body ? [`Content-Type: ${body.type}`] : []), 'Content-Length: [len]']
  return `<send${attributes}><![CDATA[\n\n${all.join('\n')}\n\n${body ? `${body.text}\n` : ''}\n]]></send>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
