/** The WebSocket protocol below a `Socket`: the `ws` package where we are the client, our own reader where we serve. */

/** What a transport tells, each at most in the order it happened. */
export interface Heard {
  /** A whole message: it is the listener's own. */
  message(data: Buffer, binary: boolean): void
  /** A ping or pong: the peer lives. */
  alive(): void
  /** The peer broke the protocol, or a bound of ours; the close frame that says so is on its way. */
  broken(code: number, reason: string, error: unknown): void
  /** The connection failed; `closed` follows. */
  failed(error: unknown): void
  /** Once. The peer's code and reason; 1005 without a code, 1006 without a closing handshake. */
  closed(code: number, reason: string): void
}

export interface Transport {
  /** Neither side has begun to close. */
  readonly open: boolean
  readonly bufferedBytes: number
  readonly protocol: string
  /** Before anything else. */
  listen(heard: Heard): void
  /** Begins to read; until then nothing is lost. */
  read(): void
  /** `data` is the caller's again when it returns. `flushed`: the network took it. */
  send(data: string | Uint8Array, binary: boolean, flushed: (() => void) | undefined): void
  ping(): void
  close(code: number, reason: string): void
  terminate(): void
}
