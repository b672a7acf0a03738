/** The HTTP half of a browser call: offer for answer, and our candidates as they are found. */

export interface Signalling {
  /** Where offers go. */
  readonly endpoint: string
  /** The one-shot grant. */
  readonly token: string
  readonly fetch?: typeof fetch
}

export interface Answer {
  readonly sdp: string
  /** The server's id of this peer connection; named in everything that follows. */
  readonly pc: string
  readonly call: string | undefined
}

export interface Offer {
  readonly sdp: string
  /** The connection that this offer renews, and whether from scratch. */
  readonly pc?: string | undefined
  readonly restart?: boolean
}

/** The gateway said no; its sentence is the message. */
export class OfferRefused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'OfferRefused'
    this.status = status
  }
}

export async function sendOffer(to: Signalling, { sdp, pc, restart }: Offer): Promise<Answer> {
  const body = { sdp, type: 'offer', pc_id: pc ?? null, restart_pc: restart ?? false }
  const response = await ask(to, 'POST', body)
  const answer = fieldsOf(await response.json().catch(() => undefined))
  if (!response.ok) throw new OfferRefused(response.status, refusalOf(response.status, answer))
  const { sdp: theirs, pc_id: id, call } = answer
  if (typeof theirs !== 'string' || typeof id !== 'string')
    throw new OfferRefused(response.status, 'The gateway’s answer to the call holds no session description.')
  return { sdp: theirs, pc: id, call: typeof call === 'string' ? call : undefined }
}

/** One batch. What becomes of it shows in the connection, not here. */
export async function sendCandidates(
  to: Signalling,
  pc: string,
  candidates: readonly RTCIceCandidateInit[],
): Promise<void> {
  const rows = candidates.map(({ candidate = '', sdpMid = null, sdpMLineIndex = null }) => ({
    candidate,
    sdp_mid: sdpMid,
    sdp_mline_index: sdpMLineIndex,
  }))
  await ask(to, 'PATCH', { pc_id: pc, candidates: rows })
}

function ask({ endpoint, token, fetch: own = fetch }: Signalling, method: string, body: unknown): Promise<Response> {
  return own(endpoint, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
}

function refusalOf(status: number, answer: Readonly<Record<string, unknown>>): string {
  const { message } = fieldsOf(answer['error'])
  return typeof message === 'string' ? message : `The gateway refused the call with status ${status}.`
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // Parse boundary: an object has string keys.
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
