/** Twilio's error numbers, explained: what to do, and which of our codes they are (twilio.com/docs/api/errors). */
import { OffhookError, type ErrorCode } from '../../../spec/errors.ts'

interface Explanation {
  readonly code: ErrorCode
  /** What to do about it. */
  readonly hint: string
}

const explanations: Readonly<Record<number, Explanation>> = {
  10001: { code: 'carrier.credentials', hint: 'The account is not active: see the Twilio console.' },
  10004: {
    code: 'carrier.rate-limited',
    hint: 'Too many calls at once for this account: wait, or have the limit raised.',
  },
  20001: { code: 'command.refused', hint: 'A parameter of the request was refused.' },
  20003: {
    code: 'carrier.credentials',
    hint: 'Check account SID, auth token or API key, and that they belong to this region.',
  },
  20005: { code: 'carrier.credentials', hint: 'The account is not active: see the Twilio console.' },
  20006: { code: 'carrier.credentials', hint: 'The API key may not do this: use a main key or the auth token.' },
  20008: { code: 'carrier.credentials', hint: 'These are test credentials: use the live ones.' },
  20404: { code: 'not-found', hint: 'Twilio knows no such resource in this account and region.' },
  20429: { code: 'carrier.rate-limited', hint: 'Too many requests: it will be tried again.' },
  21201: { code: 'number.invalid', hint: 'Give a number to call.' },
  21202: { code: 'number.invalid', hint: 'Short codes and premium numbers cannot be called.' },
  21203: {
    code: 'number.invalid',
    hint: 'International calling is not enabled: see Geo Permissions in the Twilio console.',
  },
  21205: { code: 'command.refused', hint: 'Twilio could not use our callback address: check the public URL.' },
  21206: { code: 'command.refused', hint: 'The sent digits may hold only 0-9, A-D, *, #, w and W.' },
  21210: { code: 'number.invalid', hint: 'Call from a number that this account owns or has verified.' },
  21211: { code: 'number.invalid', hint: 'Write the called number with plus and country code.' },
  21212: { code: 'number.invalid', hint: 'Write the calling number with plus and country code.' },
  21213: { code: 'number.invalid', hint: 'Give a number to call from.' },
  21214: { code: 'number.invalid', hint: 'The called number cannot be reached.' },
  21215: { code: 'number.invalid', hint: 'Allow the country under Voice Geo Permissions in the Twilio console.' },
  21216: { code: 'number.invalid', hint: 'Twilio does not call this number.' },
  21217: { code: 'number.invalid', hint: 'The called number does not look right.' },
  21218: { code: 'command.refused', hint: 'The TwiML application does not exist.' },
  21219: { code: 'number.invalid', hint: 'A trial account calls verified numbers only: verify it, or upgrade.' },
  21220: { code: 'call.ended', hint: 'The call is over.' },
  21421: { code: 'number.invalid', hint: 'The number to buy is not valid.' },
  21422: { code: 'number.invalid', hint: 'Somebody else has the number: search again.' },
  21450: { code: 'number.invalid', hint: 'The number is already verified in this account.' },
  21452: { code: 'number.invalid', hint: 'No such numbers are left: widen the search.' },
  21609: { code: 'command.refused', hint: 'Twilio could not use our callback address: check the public URL.' },
  21615: {
    code: 'command.refused',
    hint: 'Numbers of this country need a registered address: add one in the Twilio console.',
  },
  21626: { code: 'command.refused', hint: 'A status event was not one of initiated, ringing, answered, completed.' },
  21631: {
    code: 'command.refused',
    hint: 'Numbers of this country need a registered address: add one in the Twilio console.',
  },
  21649: { code: 'command.refused', hint: 'Numbers of this country need a regulatory bundle: see the Twilio console.' },
}

/** Reasons in stream status callbacks (docs: errors 319xx). */
const streamErrors: Readonly<Record<string, string>> = {
  31901: 'Twilio could not connect to the media address in time: is the public URL reachable from the internet?',
  31902: 'The media address refused the connection: is the public URL right, and its port open?',
  31920: 'The media address did not accept the WebSocket: the token was used or expired, or a proxy drops the upgrade',
  31921: 'The media socket was closed abnormally',
  31922: 'The media address is not wss: give a public URL that begins with https',
  31923: 'The media address is not a valid URL',
  31924: 'Twilio met a protocol error on the media socket',
  31930: 'The network towards us was congested: inbound audio was dropped',
  31931: 'More than ten minutes of audio were queued: the rest was discarded',
  31950: 'Twilio could not read one of our media messages',
}

/** What Twilio says in an error body; every field may be missing. */
interface ErrorBody {
  readonly code?: unknown
  readonly message?: unknown
}

/** Twilio's number of a refusal; 0 when the body has none. */
export function codeOf(body: unknown): number {
  const { code } = asBody(body)
  return typeof code === 'number' ? code : 0
}

/** A refused request as an error: `what` completes "Twilio refused to …". */
export function explain(what: string, status: number, body: unknown): OffhookError {
  const number = codeOf(body)
  const known = explanations[number]
  const { message } = asBody(body)
  const said = typeof message === 'string' ? message.replace(/\.$/, '') : `HTTP ${status}`
  return new OffhookError(
    known?.code ?? codeFor(status),
    `Twilio refused to ${what}: ${said}${number ? ` (Twilio error ${number})` : ''}.${known ? ` ${known.hint}` : ''}`,
    { details: { status, twilioCode: number || undefined } },
  )
}

/** Why a stream failed, from its `StreamError` field (a number, or a number and text). */
export function explainStream(error: string): string {
  const number = /\b319\d\d\b/.exec(error)?.[0]
  const known = number === undefined ? undefined : streamErrors[number]
  return known === undefined ? error : `${known} (Twilio error ${number})`
}

function codeFor(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'carrier.credentials'
  if (status === 404) return 'not-found'
  if (status === 429) return 'carrier.rate-limited'
  return status >= 500 ? 'carrier.failed' : 'command.refused'
}

function asBody(body: unknown): ErrorBody {
  return typeof body === 'object' && body !== null ? body : {}
}
