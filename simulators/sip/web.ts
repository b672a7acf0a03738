/** A WebSocket for SIP (RFC 7118), from the side of a telephone in a browser: one message a frame, and no address to be called back at. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { NetAddress } from '../../src/lib/net/address.ts'
import { formatAddress } from '../../src/lib/net/address.ts'
import type { StreamEndpoint } from '../../src/lib/net/stream.ts'

/** What stands in Via and Contact of somebody who cannot be called (RFC 7118 §5.2.1, Annex B.1). */
export const nowhere = 'df7jal23ls0d.invalid'

export async function openWebSocket(
  to: NetAddress,
  localAddress: string,
  signal: AbortSignal,
): Promise<StreamEndpoint> {
  const socket = new WebSocket(`ws://${formatAddress(to)}`, 'sip', { perMessageDeflate: false, localAddress })
  socket.on('error', () => undefined)
  await once(socket, 'open', { signal })
  return {
    ...{ local: { address: nowhere, port: 80 }, remote: to, peerNames: undefined },
    send: (bytes) => {
      const open = socket.readyState === WebSocket.OPEN
      if (open) socket.send(bytes, { binary: false })
      return open
    },
    onBytes: (listener) => void socket.on('message', (data: Buffer) => listener(data)),
    onClosed: (listener) => void socket.once('close', (code) => listener(`closed with ${code}`)),
    close: () => socket.close(),
    [Symbol.dispose]: () => socket.close(),
  }
}
