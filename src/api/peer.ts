/** Whose request it is: the nearest address that is not one of the operator's own proxies. */
import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { listed } from '../lib/list.ts'

/** `X-Forwarded-For` is believed from right to left, as long as its links are trusted. */
export function peerOf(request: IncomingMessage, trusted: readonly string[]): string {
  const direct = request.socket.remoteAddress ?? 'unknown'
  const header = request.headers['x-forwarded-for']
  const chain = listed(Array.isArray(header) ? header.join(',') : (header ?? ''))
  let peer = direct
  while (chain.length > 0 && isTrusted(peer, trusted)) peer = chain.pop() ?? peer
  return peer
}

function isTrusted(address: string, trusted: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return trusted.some((range) => {
    if (!range.includes('/')) return ipaddr.isValid(range) && ipaddr.process(range).toString() === parsed.toString()
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === parsed.kind() && parsed.match(network, bits)
  })
}
