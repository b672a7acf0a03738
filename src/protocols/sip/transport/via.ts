/** What a server does to the topmost Via, and where the answer goes by it: RFC 3261 §18.2 with RFC 3581 §4. */
import { param, withParam } from '../message/params.ts'
import { sameHeader, type Headed } from '../message/headers.ts'
import { firstElement } from '../message/list.ts'
import { formatVia, parseVia, type Via } from '../message/via.ts'
import type { Endpoint, Flow, Protocol } from './contract.ts'

/** A request with the place it came from in its topmost Via; the same object when nothing has to be said. */
export function stamped<M extends Headed>(message: M, remote: Endpoint): M {
  const at = message.headers.findIndex(({ name }) => sameHeader(name, 'via'))
  const line = message.headers[at]
  const first = line && firstElement(line.value)
  const via = first === undefined ? undefined : parseVia(first)
  const told = via && stamp(via, remote)
  if (!line || !first || !told || told === via) return message
  const rest = line.value.slice(line.value.indexOf(first) + first.length)
  return { ...message, headers: message.headers.with(at, { name: line.name, value: `${formatVia(told)}${rest}` }) }
}

/** Where a request came from, written into its Via. The same object when nothing has to be said. */
export function stamp(via: Via, remote: Endpoint): Via {
  const asked = param(via.params, 'rport') !== undefined
  // One that is there already is the sender's own word: never true, at best superfluous.
  const claimed = param(via.params, 'received') !== undefined
  if (!asked && !claimed && via.host === remote.address) return via
  const received = withParam(via.params, 'received', remote.address)
  return { ...via, params: asked ? withParam(received, 'rport', String(remote.port)) : received }
}

/**
 * Where the answer goes when its flow is gone, and over UDP always: back to where the request came from, to the port it asked for.
 * `maddr` (§18.2.2) is not followed: it would let a stranger aim our answers at anybody.
 */
export function answerAddress(via: Via, { protocol, remote }: Pick<Flow, 'protocol' | 'remote'>): Endpoint {
  if (protocol === 'udp' && param(via.params, 'rport') !== undefined) return remote
  return { address: remote.address, port: via.port ?? defaultPort(protocol) }
}

/** RFC 3261 §19.1.2, RFC 7118 §4. */
const defaultPorts: Readonly<Record<Protocol, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }

export const defaultPort = (protocol: Protocol): number => defaultPorts[protocol]

/** Nothing is lost, repeated or reordered on its way: timers that guard against that are off. */
export function isReliable(protocol: Protocol): boolean {
  return protocol !== 'udp'
}
