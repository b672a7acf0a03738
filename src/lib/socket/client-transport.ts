/** The `ws` package as a transport: for sockets that we open, and must mask. */
import type { RawData, WebSocket } from 'ws'
import type { Heard, Transport } from './transport.ts'

const asText = { binary: false, compress: false }
const asBinary = { binary: true, compress: false }

/** Protocol faults that `ws` closes by itself, by its error codes. Every other `WS_ERR_` is a protocol error, 1002. */
const faults: Readonly<Record<string, readonly [code: number, reason: string]>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: [1009, 'message too large'],
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: [1009, 'message too large'],
  WS_ERR_TOO_MANY_BUFFERED_PARTS: [1008, 'too many fragments'],
  WS_ERR_INVALID_UTF8: [1007, 'invalid UTF-8'],
}

export function clientTransport(ws: WebSocket): Transport {
  ws.pause()
  return {
    get open() {
      return ws.readyState === ws.OPEN
    },
    get bufferedBytes() {
      return ws.bufferedAmount
    },
    get protocol() {
      return ws.protocol
    },
    listen: (heard) => listen(ws, heard),
    read: () => ws.resume(),
    send: (data, binary, flushed) => ws.send(data, binary ? asBinary : asText, flushed),
    ping: () => ws.ping(),
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
  }
}

function listen(ws: WebSocket, heard: Heard): void {
  // `ws` hands out one Buffer per message with its default binary type.
  ws.on('message', (data: RawData, binary) => Buffer.isBuffer(data) && heard.message(data, binary))
  ws.on('pong', () => heard.alive())
  ws.on('ping', () => heard.alive())
  ws.on('close', (code, reason) => heard.closed(code, reason.toString()))
  ws.on('error', (error) => {
    const name = 'code' in error ? String(error.code) : ''
    if (!name.startsWith('WS_ERR_')) return heard.failed(error)
    const [code, reason] = faults[name] ?? [1002, 'protocol error']
    heard.broken(code, reason, error)
  })
}
