/** A name server on loopback that knows one domain's SIP servers (SRV, RFC 2782), and of nothing else. */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { openUdp } from '../../src/lib/net/udp.ts'
import type { Scope } from '../../src/lib/scope.ts'

export interface Service {
  readonly priority: number
  /** On this machine. */
  readonly port: number
}

/** While the scope lasts, this process asks it about names. */
export async function serveNames(scope: Scope, name: string, services: readonly Service[]): Promise<void> {
  const socket = await openUdp({ host: '127.0.0.1', port: 0 })
  scope.use(socket)
  socket.onMessage((query, from) => socket.send(answerTo(query, name, services), from))
  const before = dns.getServers()
  ask([`127.0.0.1:${socket.local.port}`])
  scope.defer(() => ask(before))
}

/** Also those who import the functions by name: they are bound to a resolver, and must be bound to another one. */
function ask(servers: readonly string[]): void {
  void dns.promises
  dns.setServers(servers)
  syncBuiltinESMExports()
}

const headerLength = 12
const srv = 33

/** RFC 1035 §4.1: the question comes back with what is known of it. */
function answerTo(query: Uint8Array, name: string, services: readonly Service[]): Uint8Array {
  const view = new DataView(query.buffer, query.byteOffset, query.byteLength)
  const { labels, end } = nameAt(query)
  const known = labels.join('.').toLowerCase() === name && view.getUint16(end) === srv
  const records = known ? services.map(recordOf) : []
  const header = Buffer.alloc(headerLength)
  header.writeUInt16BE(view.getUint16(0), 0)
  // A response with authority; of other names: there are none (NXDOMAIN).
  header.writeUInt16BE(known ? 0x8580 : 0x8583, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, query.subarray(headerLength, end + 4), ...records])
}

function nameAt(query: Uint8Array): { readonly labels: readonly string[]; readonly end: number } {
  const labels: string[] = []
  let at = headerLength
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(Buffer.from(query.subarray(at + 1, at + 1 + length)).toString('latin1'))
    at += 1 + length
  }
  return { labels, end: at + 1 }
}

/** Of the name in the question: type, class, life, length, priority, weight, port, host. */
function recordOf({ priority, port }: Service): Uint8Array {
  const host = Buffer.from('\u0009localhost\u0000', 'latin1')
  const fixed = Buffer.alloc(18)
  fixed.writeUInt16BE(0xc000 | headerLength, 0)
  fixed.writeUInt16BE(srv, 2)
  fixed.writeUInt16BE(1, 4)
  fixed.writeUInt32BE(60, 6)
  fixed.writeUInt16BE(6 + host.length, 10)
  fixed.writeUInt16BE(priority, 12)
  fixed.writeUInt16BE(0, 14)
  fixed.writeUInt16BE(port, 16)
  return Buffer.concat([fixed, host])
}
