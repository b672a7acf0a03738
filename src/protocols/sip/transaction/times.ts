/** How long transactions wait (RFC 3261 Table 4, RFC 6026 §7): set per stack, so that tests and trunks may differ. */

export interface Times {
  /** Estimated round trip, ms. */
  readonly t1: number
  /** Longest pause between two tries of a request other than INVITE, and of a response to INVITE. */
  readonly t2: number
  /** How long a message stays in the network. */
  readonly t4: number
  /** 100 Trying is sent unless its user answered until then (§17.2.1). */
  readonly trying: number
  /** Longest wait for a connection. */
  readonly connect: number
  /** The same, where UDP is there instead (§18.1.1). */
  readonly connectLarge: number
}

export const defaultTimes = {
  t1: 500,
  t2: 4000,
  t4: 5000,
  trying: 200,
  connect: 10_000,
  connectLarge: 2000,
} as const satisfies Times

/** Timers B, F, H, J, L and M, and D on unreliable transports: 32 s. */
export const patience = (times: Times): number => 64 * times.t1
