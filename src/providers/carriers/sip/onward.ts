/** Whom a REFER leads to: over the same trunk, as far as a call out may go, and never to a host of the peer's choice. */
import type { SipHeader } from '../../../protocols/sip/message/message.ts'
import { formatUri, parseUri, type Uri } from '../../../protocols/sip/message/uri.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall } from '../../../spec/listen.ts'
import { numberIn } from './numbers.ts'
import { invitationTo, type DialOptions } from './outgoing.ts'
import type { Onward, Refer } from './referral.ts'
import type { Trunk } from './trunk.ts'

type Options = Pick<DialOptions, 'extensions' | 'agent' | 'openSound' | 'ownHost' | 'requireAlive'>

/** Resolves to the order to call. Rejects with `target.forbidden` or `number.invalid`. */
export async function prepareOnward(
  refer: Pick<Refer, 'to' | 'referredBy' | 'replaces'>,
  trunk: Trunk,
  line: Pick<LineCall, 'own' | 'requireAllowed'>,
  options: Options,
): Promise<() => Promise<Onward>> {
  const uri = parseUri(refer.to)
  const to = numberIn(uri, trunk.settings)
  if (!uri || to === 'anonymous')
    throw new OffhookError('number.invalid', `"${refer.to.slice(0, 80)}" of the peer's REFER names nobody`)
  requireOwnHost(uri, to, trunk, options)
  await line.requireAllowed(to)
  const invitation = invitationTo({ to, from: line.own, metadata: {} }, trunk, options)
  const headers = [...(invitation.headers ?? []), ...headersOf(refer)]
  // A number stays one to whoever is called, however this trunk writes its addresses (RFC 3261 §19.1.6).
  const named = uri.scheme === 'tel' ? { to: `<${formatUri(uri)}>` } : {}
  return async () => {
    const sound = await options.openSound(trunk, invitation.listener)
    return { sound, session: options.agent.invite({ ...invitation, ...named, headers, offer: sound.media.offer() }) }
  }
}

/** Where else the peer might lead us, our password would be asked for, and nobody could say who pays. */
function requireOwnHost(uri: Uri, to: string, trunk: Trunk, { extensions }: Pick<Options, 'extensions'>): void {
  if (uri.scheme === 'tel' || extensions.find(trunk, to)) return
  const host = uri.scheme === 'other' ? '' : uri.host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (trunk.hosts.includes(host) || trunk.addresses.has(host)) return
  throw new OffhookError(
    'target.forbidden',
    `The peer's REFER leads to "${host}", which is no host of trunk ${trunk.id}`,
  )
}

/** What the peer wrote, where it is one line of a header. */
function headersOf({ referredBy, replaces }: Pick<Refer, 'referredBy' | 'replaces'>): readonly SipHeader[] {
  const given = [
    { name: 'Referred-By', value: referredBy === undefined ? '' : `<${referredBy}>` },
    { name: 'Replaces', value: replaces ?? '' },
  ]
  return given.filter(({ value }) => /^[\x20-\x7e]{1,1000}$/.test(value))
}
