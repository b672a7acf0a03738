/** What carries SIP: flows (RFC 5626 §1), and the wire that somebody with sockets provides. No socket in here. */
import type { SipHeader } from '../message/message.ts'

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

export interface Endpoint {
  /** IPv4 or IPv6 literal, without brackets. */
  readonly address: string
  readonly port: number
}

/** Where a request is to go: one resolved try (RFC 3263). */
export interface Target extends Endpoint {
  readonly protocol: Protocol
  /** Whose certificate is expected (TLS, SNI): the domain that was resolved, RFC 5922. */
  readonly serverName?: string
}

/** A connection, or a UDP socket together with a peer. Answers go back over the flow that brought the request. */
export interface Flow {
  /** The same for everything of one connection, or of one UDP socket and peer. */
  readonly id: string
  readonly protocol: Protocol
  /** Which of our listeners it belongs to: its advertised address goes into Via and Contact. */
  readonly listener: string
  readonly local: Endpoint
  readonly remote: Endpoint
  /** Names of the peer's certificate, if it showed one that was accepted. */
  readonly peerNames?: readonly string[]
}

/** One of our doors, as peers must see it. */
export interface ListenerAddress {
  readonly name: string
  readonly protocol: Protocol
  readonly bound: Endpoint
  /** Goes into Via, Contact and SDP: differs from `bound` behind NAT 1:1. */
  readonly advertised: { readonly host: string; readonly port: number }
}

/** Sockets, from the protocol's side. */
export interface Wire {
  readonly listeners: readonly ListenerAddress[]
  /** Sends one datagram, or bytes on the connection (ws, wss: one message). False: the flow is gone. */
  send(flow: Flow, bytes: Uint8Array): boolean
  /**
   * UDP: at once. Otherwise a connection there is already, or a new one. `listener`: from which of ours, where it
   * matters (answers leave the socket that heard the question). Rejects with why it is not to be had.
   */
  connect(target: Target, signal: AbortSignal, listener?: string): Promise<Flow>
  close(flow: Flow): void
  /** Bytes as they came: a datagram, one message of a WebSocket (RFC 7118 §5), or any part of a stream. */
  onBytes(listener: (flow: Flow, bytes: Uint8Array) => void): void
  onClosed(listener: (flow: Flow, why: string) => void): void
}

/** One message in or out, as bytes, for ladders and captures. */
export interface Seen {
  readonly direction: 'in' | 'out'
  /** Wall time. */
  readonly at: number
  readonly flow: Flow
  readonly bytes: Uint8Array
  /** Absent for noise. */
  readonly callId?: string
}

/** `drop`: silence, not even a 400. */
export type Admission = { readonly type: 'pass' } | { readonly type: 'drop' } | ({ readonly type: 'answer' } & Answer)

export interface Answer {
  readonly status: number
  readonly reason?: string
  readonly headers?: readonly SipHeader[]
  readonly body?: Uint8Array
}

/**
 * What is known of who speaks, before a byte is read. `known`: a trunk's address or certificate. `stranger`: heard, but
 * what cannot be read gets silence. `drop`: not even parsed; a stream is closed.
 */
export type Standing = 'known' | 'stranger' | 'drop'
