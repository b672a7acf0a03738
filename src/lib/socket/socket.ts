/** A message socket as everybody above sees it, whether it is a WebSocket or two ends in memory. */
import type { Clock } from '../clock.ts'
import { LibError } from '../failure.ts'

export interface SocketMessage {
  /** As it came: text is not decoded here, so that whoever only forwards it pays nothing. Valid UTF-8 when not binary. */
  readonly data: Buffer
  readonly binary: boolean
}

export interface SocketClose {
  /** RFC 6455, 7.4. 1005: closed without a code; 1006: no closing handshake. */
  readonly code: number
  readonly reason: string
  /** Who ended it: we, the peer by a close frame, or the network under both. */
  readonly by: 'us' | 'peer' | 'network'
  /** What broke, where something did. */
  readonly error?: unknown
}

export interface SocketCounts {
  readonly sent: number
  readonly received: number
  /** Messages given to `send` when the socket was no longer open. */
  readonly unsent: number
  /** Times the high-water mark was passed. */
  readonly congestions: number
}

/** Closing and sending never throw because of the peer: how it ended comes through `onClose`, exactly once. */
export interface Socket extends AsyncDisposable {
  readonly open: boolean
  /** Sent, and not yet taken by the network. */
  readonly bufferedBytes: number
  /** The subprotocol agreed on; empty when none. */
  readonly protocol: string
  readonly counts: SocketCounts
  /**
   * Sends at once, as text or bytes (`binary` overrides, for text already encoded); `data` is the caller's again when it
   * returns. False: congested, or not open.
   */
  send(data: string | Uint8Array, binary?: boolean): boolean
  /** Idempotent. Code 1000, 1001–1014 as registered, or 3000–4999; a reason longer than 123 bytes is cut. */
  close(code?: number, reason?: string): void
  /** Ends it without a handshake. */
  terminate(reason?: string): void
  /** Nothing is read, and nothing lost, until the first listener is here. A listener that throws closes with 1011. */
  onMessage(listener: (message: SocketMessage) => void): Disposable
  /** A listener that comes after the end is told at once. */
  onClose(listener: (close: SocketClose) => void): Disposable
  /** `bufferedBytes` passed the high-water mark. */
  onCongestion(listener: (bufferedBytes: number) => void): Disposable
  /** After congestion, `bufferedBytes` fell below half of the mark. */
  onDrain(listener: () => void): Disposable
}

export interface SocketOptions {
  readonly clock: Clock
  /** Largest message accepted, bytes; larger ones close with 1009. Default 1 MiB. */
  readonly maxPayload?: number
  /** Ms between pings; a peer silent for two of them is dead. 0: never. Default 20 s. */
  readonly pingEvery?: number
  /** Default 256 KiB. */
  readonly highWater?: number
  /** `bufferedBytes` above it closes with 1013. Default 4 MiB. */
  readonly hardCap?: number
  /** How long the peer may take to answer our close, ms. Default 2 s. */
  readonly closeTimeout?: number
}

export const socketDefaults = {
  maxPayload: 1 << 20,
  pingEvery: 20_000,
  highWater: 256 << 10,
  hardCap: 4 << 20,
  closeTimeout: 2000,
} as const satisfies Omit<SocketOptions, 'clock'>

/** Close reasons travel in a control frame: 125 bytes less the code (RFC 6455, 5.5). Cut between characters. */
export function fitReason(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason
  let fitted = ''
  let size = 0
  for (const character of reason) {
    size += Buffer.byteLength(character)
    if (size > 120) break
    fitted += character
  }
  return `${fitted}…`
}

/** Throws for codes that must not stand in a close frame (RFC 6455, 7.4.1): a mistake of ours, not of the peer. */
export function checkCode(code: number): void {
  const registered = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
  if (!registered && !(code >= 3000 && code <= 4999)) {
    throw new LibError('setting.invalid', `${code} is no close code that may be sent: use 1000–1014 or 3000–4999`)
  }
}
