/** Media sockets: a token in their address must be known before a byte is read; all are capped while they have claimed no call. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Engine } from '../calls/engine.ts'
import { serveMedia } from '../calls/media.ts'
import { isStreamToken, readStreamToken } from '../calls/stream-token.ts'
import { acceptSocket, refuseUpgrade } from '../lib/socket/server.ts'
import type { InboundRequest } from '../spec/http.ts'
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
  if (token === undefined && !isOpen(request.url ?? '')) return refuseUpgrade(raw, 404)
  const peer = peerOf(request, parts.trustedProxies)
  if (!waiting.enter(peer)) {
    engine.count('media.capped')
    return refuseUpgrade(raw, 503, { headers: { 'retry-after': '5' } })
  }
  try {
    if (token !== undefined && !(await isKnown(engine, token))) {
      engine.count('media.refused')
      return refuseUpgrade(raw, 403)
    }
    const socket = acceptSocket(request, raw, head, {
      clock: engine.clock,
      maxPayload: largestMessage,
      protocols: protocolsOf(parts),
    })
    const inbound = upgradeOf(request, engine.publicUrl(), peer)
    await serveMedia(engine, socket, { request: inbound, ...(token === undefined ? {} : { token }) })
  } finally {
    waiting.leave(peer)
  }
}

/** The token is the last step of `/media/{token}`, also behind a prefix of the public URL. */
export function tokenOf(url: string): string | undefined {
  return /(?:^|\/)media\/([A-Za-z0-9_-]{20,200})\/?(?:\?.*)?$/.exec(url)?.[1]
}

/** `/media` alone: whose stream it is, and what it may, its first messages say. */
function isOpen(url: string): boolean {
  return /(?:^|\/)media(?:\?.*)?$/.test(url)
}

async function isKnown(engine: Engine, token: string): Promise<boolean> {
  if (isStreamToken(token)) return typeof (await readStreamToken(engine, token)) !== 'string'
  return engine.tokens.known(token)
}

/** An upgrade as carriers sign it: like a webhook without a body, under the address that they were given. */
function upgradeOf(request: IncomingMessage, publicUrl: URL, address: string): InboundRequest {
  const path = request.url ?? '/'
  const bases = [publicUrl.href.replace(/\/$/, ''), `${publicUrl.protocol}//${request.headers.host ?? ''}`]
  const { searchParams } = new URL(path, 'http://host')
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')])
  return {
    ...{ method: 'GET', purpose: '', segments: [], body: new Uint8Array(), json: undefined, address },
    urls: [...new Set(bases.map((base) => base.replace(/^http/, 'ws') + path))],
    query: searchParams,
    form: searchParams,
    headers: Object.fromEntries(headers) as Record<string, string>, // fromEntries forgets that the values are texts
  }
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
