/** Media sockets: refused before a byte is read unless their token is known, and capped while they have claimed no call. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { serveMedia } from '../calls/media.ts'
import { acceptSocket, refuseUpgrade } from '../lib/socket/server.ts'
import type { ApiParts } from './parts.ts'
import { peerOf } from './peer.ts'

/** No carrier's media message is larger, bytes. */
const largestMessage = 65_536

export function acceptMedia(parts: ApiParts): (request: IncomingMessage, raw: Duplex, head: Buffer) => void {
  const waiting = new Waiting(parts.unclaimed)
  return (request, raw, head) => {
    // An upgrade that breaks off has no reader for its error.
    raw.on('error', () => undefined)
    admit(parts, waiting, request, raw, head).catch((error: unknown) => {
      parts.engine.logger.error('media upgrade failed', { error })
      raw.destroy()
    })
  }
}

async function admit(
  parts: ApiParts,
  waiting: Waiting,
  request: IncomingMessage,
  raw: Duplex,
  head: Buffer,
): Promise<void> {
  const { engine } = parts
  const token = tokenOf(request.url ?? '')
  if (token === undefined) return refuseUpgrade(raw, 404)
  const peer = peerOf(request, parts.trustedProxies)
  if (!waiting.enter(peer)) {
    engine.count('media.capped')
    return refuseUpgrade(raw, 503, { headers: { 'retry-after': '5' } })
  }
  try {
    if (!(await engine.tokens.known(token))) {
      engine.count('media.refused')
      return refuseUpgrade(raw, 403)
    }
    const socket = acceptSocket(request, raw, head, {
      clock: engine.clock,
      maxPayload: largestMessage,
      protocols: protocolsOf(parts),
    })
    await serveMedia(engine, socket, token)
  } finally {
    waiting.leave(peer)
  }
}

/** The token is the last step of `/media/{token}`, also behind a prefix of the public URL. */
export function tokenOf(url: string): string | undefined {
  return /(?:^|\/)media\/([A-Za-z0-9_-]{20,200})\/?(?:\?.*)?$/.exec(url)?.[1]
}

function protocolsOf(parts: ApiParts): readonly string[] {
  return [...parts.engine.carriers.values()].flatMap((carrier) => carrier.stream?.protocols ?? [])
}

/** Counts sockets that have not claimed a call, per peer and in all. */
class Waiting {
  readonly #limits: ApiParts['unclaimed']
  readonly #peers = new Map<string, number>()
  #total = 0

  constructor(limits: ApiParts['unclaimed']) {
    this.#limits = limits
  }

  enter(peer: string): boolean {
    const count = this.#peers.get(peer) ?? 0
    if (count >= this.#limits.perPeer || this.#total >= this.#limits.total) return false
    this.#peers.set(peer, count + 1)
    this.#total++
    return true
  }

  leave(peer: string): void {
    const count = this.#peers.get(peer) ?? 0
    if (count > 1) this.#peers.set(peer, count - 1)
    else this.#peers.delete(peer)
    this.#total--
  }
}
