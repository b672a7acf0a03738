/** Numbers and dates what we send: consecutive sequence numbers, and timestamps that follow the clock through silence. */

export interface OutgoingOptions {
  /** Ticks per second of the RTP clock. */
  readonly clockRate: number
  /** Sound per packet, ms. */
  readonly frameMs: number
  /** Where both counts begin (RFC 3550 §5.1 wants them random), in [0, 1). */
  readonly start: number
}

export interface Dated {
  /** First packet after silence: the receiver may adapt its buffer here (RFC 3551 §4.1). */
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  /** When the sound sent so far ends, by the clock of `at`. */
  readonly end: number
}

/** A packet later than this after the one before ended comes after silence, ms: less is our own jitter. */
const pause = 60

/** `at`: ms of any clock. Call once per packet, as it is sent. */
export function outgoing({ clockRate, frameMs, start }: OutgoingOptions): (at: number) => Dated {
  let sequence = Math.floor(start * 0x1_0000)
  let timestamp = Math.floor(start * 0x1_0000_0000)
  /** When the sound sent so far ends. */
  let end: number | undefined
  return (at) => {
    const silence = end === undefined ? 0 : at - end
    const marker = end === undefined || silence > pause
    if (silence > pause) timestamp = (timestamp + Math.round((silence * clockRate) / 1000)) >>> 0
    end = (marker ? at : end!) + frameMs
    const dated = { marker, sequence, timestamp, end }
    sequence = (sequence + 1) & 0xffff
    timestamp = (timestamp + Math.round((frameMs * clockRate) / 1000)) >>> 0
    return dated
  }
}
