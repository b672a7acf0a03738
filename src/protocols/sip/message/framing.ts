/** Messages out of a stream (RFC 3261 §18.3, RFC 5626 §4.4.1): cut by Content-Length wherever the bytes were split. */
import { type Fault, type Head, readHead } from './head.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Parsed } from './message.ts'
import { contentLength, finish, malformed, tooBig, tooLong } from './parse.ts'

export type Framed =
  /** `bytes`: the message as it came. */
  | { readonly type: 'message'; readonly parsed: Parsed; readonly bytes: Uint8Array }
  /** Two CRLFs: the peer asks whether the flow lives, and wants one back. */
  | { readonly type: 'ping' }
  /** One CRLF: the answer to a ping of ours, or nothing at all. */
  | { readonly type: 'pong' }
  /** Where the next message begins cannot be known: answer this one if it can be, then close. Nothing comes after it. */
  | { readonly type: 'broken'; readonly parsed: Parsed; readonly bytes: Uint8Array }

const roomy = 8192

interface Waiting {
  readonly head: Head
  /** Where its body begins, and where it ends. */
  readonly from: number
  readonly to: number
}

export class Framing {
  readonly #limits: Limits
  #buffer = Buffer.alloc(0)
  #length = 0
  /** Up to here there is no end of headers. */
  #searched = 0
  #waiting: Waiting | undefined
  /** One CRLF was taken, and nothing since. */
  #halfPing = false
  #broken = false

  constructor(limits: Limits = defaultLimits) {
    this.#limits = limits
  }

  /** Bytes of a message that has begun and is not whole: who takes too long over them is to be closed. */
  get pending(): number {
    return this.#length
  }

  push(bytes: Uint8Array): readonly Framed[] {
    const found: Framed[] = []
    if (this.#broken) return found
    this.#append(bytes)
    while (this.#take(found));
    // Two that come apart are two pongs: taken for a ping they would be answered, and the answers answered.
    if (this.#length === 0) this.#halfPing = false
    return found
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2048, 2 * this.#buffer.length, length))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = length
  }

  /** True: something was taken, and there may be more. */
  #take(found: Framed[]): boolean {
    if (this.#waiting) return this.#takeBody(found, this.#waiting)
    return this.#takeLineEnd(found) || this.#takeHead(found)
  }

  /** A ping that was split in two looks like a pong and then a ping: the pong does no harm. */
  #takeLineEnd(found: Framed[]): boolean {
    if (!this.#startsWithLineEnd()) return false
    this.#drop(2)
    if (this.#halfPing) found.push({ type: 'ping' })
    else if (!this.#startsWithLineEnd()) found.push({ type: 'pong' })
    this.#halfPing = !this.#halfPing
    return true
  }

  #startsWithLineEnd(): boolean {
    return this.#length >= 2 && this.#buffer[0] === 0x0d && this.#buffer[1] === 0x0a
  }

  #takeHead(found: Framed[]): boolean {
    const limits = this.#limits
    const end = this.#buffer.subarray(0, this.#length).indexOf('\r\n\r\n', Math.max(0, this.#searched - 3))
    this.#searched = this.#length
    if ((end < 0 ? this.#length : end + 2) > limits.head) return this.#break(found, tooLong(limits))
    if (end < 0) return false
    this.#halfPing = false
    const head = readHead(this.#buffer.toString('utf8', 0, end + 2), limits)
    const told = contentLength(head)
    if (head.kind === 'noise') return this.#break(found, { status: 400, why: 'What came is not SIP' }, head)
    if (typeof told === 'object') return this.#break(found, told, head)
    // §20.14: on a stream there is no other way to know.
    if (told === undefined) return this.#break(found, { status: 400, why: 'Content-Length is missing' }, head)
    if (told > limits.body) return this.#break(found, tooBig(limits), head)
    this.#waiting = { head, from: end + 4, to: end + 4 + told }
    return true
  }

  #takeBody(found: Framed[], { head, from, to }: Waiting): boolean {
    if (this.#length < to) return false
    const bytes = Buffer.from(this.#buffer.subarray(0, to))
    found.push({ type: 'message', parsed: finish(head, bytes.subarray(from), this.#limits), bytes })
    this.#waiting = undefined
    this.#drop(to)
    return true
  }

  #break(found: Framed[], fault: Fault, head = this.#headSoFar()): boolean {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#length))
    found.push({ type: 'broken', parsed: malformed({ ...head, fault: undefined }, fault), bytes })
    this.#broken = true
    this.#buffer = Buffer.alloc(0)
    this.#length = 0
    return false
  }

  #headSoFar(): Head {
    return readHead(this.#buffer.toString('utf8', 0, Math.min(this.#length, this.#limits.head)), this.#limits)
  }

  #drop(bytes: number): void {
    this.#buffer.copy(this.#buffer, 0, bytes, this.#length)
    this.#length -= bytes
    this.#searched = 0
    // A connection lives for days; one long message must not cost its room for as long.
    if (this.#length === 0 && this.#buffer.length > roomy) this.#buffer = Buffer.alloc(0)
  }
}
