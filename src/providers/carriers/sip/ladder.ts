/** The messages of each call, for people to read: handed to its journal of the wire, without secrets; kept a moment until the call is known. */
import type { Seen } from '../../../protocols/sip/transport/contract.ts'
import type { LineCall } from '../../../spec/listen.ts'
import type { Captures } from './captures.ts'

/** Dialogs whose call is not known yet, and messages of one. Strangers' attempts must not fill the memory. */
const mostWaiting = 2000
const mostMessages = 30
/** Late messages of a call that is over are still its, ms: a BYE said again, the last ACK. */
const lingers = 40_000

interface Known {
  readonly line: LineCall
  until: number
}

export class Ladder {
  readonly #captures: Captures
  readonly #waiting = new Map<string, Seen[]>()
  readonly #known = new Map<string, Known>()

  constructor(captures: Captures) {
    this.#captures = captures
  }

  seen(entry: Seen): void {
    const { callId } = entry
    if (callId === undefined) return
    const known = this.#known.get(callId)
    if (known) return this.#note(known.line, entry)
    const waiting = this.#waiting.get(callId) ?? this.#begin(callId)
    if (waiting.length < mostMessages) waiting.push(entry)
  }

  /** These messages are this call's. */
  bind(callId: string, line: LineCall): void {
    this.#known.set(callId, { line, until: Infinity })
    for (const entry of this.#waiting.get(callId) ?? []) this.#note(line, entry)
    this.#waiting.delete(callId)
  }

  /** The call is over. */
  leave(callId: string, now: number): void {
    const known = this.#known.get(callId)
    if (known) known.until = now + lingers
    for (const [other, { until }] of this.#known) if (until < now) this.#known.delete(other)
  }

  #note(line: LineCall, entry: Seen): void {
    this.#captures.seen(line.id, entry)
    note(line, entry)
  }

  #begin(callId: string): Seen[] {
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= mostWaiting && oldest !== undefined) this.#waiting.delete(oldest)
    const begun: Seen[] = []
    this.#waiting.set(callId, begun)
    return begun
  }
}

function note(line: LineCall, { direction, at, flow, bytes }: Seen): void {
  const text = withoutCredentials(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  const [first = ''] = text.split('\r\n', 1)
  const place = `${flow.protocol} ${flow.remote.address}:${flow.remote.port}`
  line.note({ direction, at, title: `${titleOf(first)} ${direction === 'in' ? 'from' : 'to'} ${place}`, body: text })
}

/** `SIP/2.0 180 Ringing` is `180 Ringing`; `INVITE sip:… SIP/2.0` is `INVITE`. */
function titleOf(first: string): string {
  return first.startsWith('SIP/2.0 ') ? first.slice(8, 80) : (first.split(' ', 1)[0] ?? '')
}

/** Proofs of passwords can be guessed at by whoever has them; keys of sound and passwords in addresses need no guessing. */
export function withoutCredentials(message: string): string {
  return message
    .replaceAll(/^((?:proxy-)?authorization[ \t]*:[ \t]*\w+)[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gim, (all, head: string) => {
      const user = /username="([^"\r\n]{1,100})"/i.exec(all)?.[1]
      return `${head} ${user === undefined ? '' : `username="${user}", `}[redacted]`
    })
    .replaceAll(/^(a=crypto:\d+ \S+ inline:)[^\r\n|]+/gim, '$1[redacted]')
    .replaceAll(/(sips?:[^\s:@<>;,"]{1,200}:)[^\s@<>"]{1,200}@/gi, '$1[redacted]@')
}
