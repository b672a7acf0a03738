/** Calls that go out: to whom, as whom, and by which way. */
import { parseUri } from '../../../protocols/sip/message/uri.ts'
import type { SipHeader } from '../../../protocols/sip/message/message.ts'
import type { Credentials, InviteOptions, SessionTerms, UserAgent } from '../../../protocols/sip/ua/contract.ts'
import type { CallSeen } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall } from '../../../spec/listen.ts'
import type { Extensions } from './extensions.ts'
import type { Legs } from './legs.ts'
import { callerOf, targetOf } from './numbers.ts'
import type { Settings } from './settings.ts'
import type { Sound } from './sound.ts'
import type { Trunk } from './trunk.ts'

export interface DialOptions {
  readonly extensions: Extensions
  readonly legs: Legs
  readonly agent: UserAgent
  readonly openSound: (trunk: Trunk, listener: string | undefined) => Promise<Sound>
  /** Our own address as the peers of this trunk see it. */
  readonly ownHost: (trunk: Trunk) => string
  /** Throws where the peer is known to be down. */
  readonly requireAlive: (trunk: Trunk, uri: string) => void
}

/** Resolves to the call's ref when its INVITE is on its way. Rejects with an OffhookError that says what to change. */
export async function dial(call: CallSeen, line: LineCall, trunk: Trunk, options: DialOptions): Promise<string> {
  const { agent, legs, openSound } = options
  const invitation = invitationTo(call, trunk, options)
  const sound = await openSound(trunk, invitation.listener)
  const room = legs.enter(trunk)
  const session = agent.invite({ ...invitation, offer: sound.media.offer() })
  const leg = legs.open({ session, trunk, sound, outgoing: true }, line, room)
  leg.ringFor(call.ringTimeout)
  session.onEvent((event) => {
    if (event.type === 'progress' && event.status > 100) line.report('ringing', `${event.status} ${event.reason}`)
    if (event.type === 'established') leg.answered(event.sdp)
  })
  return session.callId
}

/** Throws an OffhookError where nobody is to be called so. */
export function invitationTo(
  call: Pick<CallSeen, 'to' | 'from' | 'metadata'>,
  trunk: Trunk,
  { extensions, ownHost, requireAlive }: Pick<DialOptions, 'extensions' | 'ownHost' | 'requireAlive'>,
): Omit<InviteOptions, 'offer'> {
  const { settings } = trunk
  const own = settings.fromDomain ?? (settings.username === undefined ? undefined : settings.host) ?? ownHost(trunk)
  const from = callerOf(call.from, own, settings)
  const session = { from, ...sessionTerms(settings), headers: headersOf(call, own, settings) }
  const extension = extensions.find(trunk, call.to)
  if (extension === 'away')
    throw new OffhookError('command.refused', `Extension "${call.to}" cannot be called: no phone is registered for it`)
  if (extension) return { ...session, to: `<${extension.uri}>`, uri: extension.uri, listener: extension.listener }
  if (settings.host === undefined && !/^sips?:/i.test(call.to))
    throw new OffhookError(
      'target.forbidden',
      `"${call.to}" cannot be called over trunk ${trunk.id}: it has no host, and no such extension is registered`,
    )
  const uri = requestUri(call.to, settings)
  requireAlive(trunk, uri)
  const credentials = credentialsOf(settings)
  return {
    ...{ ...session, uri, to: `<${uri}>` },
    ...proxyOf(settings),
    ...(credentials ? { credentials } : {}),
  }
}

/** What is agreed on for a call over this trunk, whoever calls. */
export function sessionTerms({ sessionExpires, prack }: Settings): SessionTerms {
  return { sessionExpires, prack }
}

export function requestUri(to: string, settings: Settings): string {
  const uri = targetOf(to, settings.host ?? '', settings)
  return settings.proxy === undefined && !/;transport=/i.test(uri) ? `${uri}${transportOf(settings)}` : uri
}

export function proxyOf(settings: Settings): { readonly proxy?: string } {
  return settings.proxy === undefined ? {} : { proxy: `sip:${settings.proxy};lr${transportOf(settings)}` }
}

function transportOf({ transport }: Settings): string {
  return transport === undefined ? '' : `;transport=${transport}`
}

export function credentialsOf({ username, password, realm }: Settings): Credentials | undefined {
  if (username === undefined || password === undefined) return undefined
  return { username, password, ...(realm === undefined ? {} : { realm }) }
}

function headersOf(
  { from, metadata }: Pick<CallSeen, 'from' | 'metadata'>,
  domain: string,
  settings: Settings,
): readonly SipHeader[] {
  const identity = settings.identity && /^\+?\d/.test(from)
  return [
    ...(identity ? [{ name: 'P-Asserted-Identity', value: callerOf(from, domain, settings) }] : []),
    ...ownHeaders(metadata['sipHeaders']),
  ]
}

/** `metadata.sipHeaders`: only such names as mean nothing to the protocol, and one line each. */
function ownHeaders(given: unknown): readonly SipHeader[] {
  if (typeof given !== 'object' || given === null) return []
  return Object.entries(given)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .filter(([name, value]) => /^(?:X-[\w-]{1,60}|User-to-User)$/i.test(name) && /^[^\r\n\0]{0,1000}$/.test(value))
    .slice(0, 20)
    .map(([name, value]) => ({ name, value }))
}

/** Whom a REFER is to name. */
export function referTo(to: string, trunk: Trunk, ownHost: string): string {
  if (/^tel:/i.test(to) && parseUri(to)) return to
  return targetOf(to, trunk.settings.host ?? ownHost, trunk.settings)
}
