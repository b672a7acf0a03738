/** A server's ear (RFC 6455, 5): bytes as they come in, messages and control frames out. No socket, no time. */
import { isUtf8 } from 'node:buffer'
import { LibError } from '../failure.ts'

//        0              1                 2 … 9             then 4     then
//  FIN RSV×3 opcode | 1 length (0…125) | –                | mask     | payload
//                   | 1 126            | length, 16 bit   |          |
//                   | 1 127            | length, 64 bit   |          |

export interface Frames {
  /** The data lies in the chunk it came with, unmasked in place. */
  message(data: Buffer, binary: boolean): void
  ping(data: Buffer): void
  pong(): void
  /** 1005: without a code. Nothing follows. */
  closed(code: number, reason: string): void
  /** The peer broke the protocol or a bound: to be closed with this code. Nothing follows. */
  broken(code: number, reason: string, error: LibError): void
}

const continuation = 0x0
const binary = 0x2
const close = 0x8
const ping = 0x9
const pong = 0xa

/** Fragments of one message: what each costs us beyond its bytes must be bounded too. */
const mostFragments = 1 << 14
/** A frame that came in part: room grows with what came, never with what was announced. */
const smallestRoom = 4096
const nothing = Buffer.alloc(0)

export class FrameReader {
  readonly #frames: Frames
  readonly #maxPayload: number
  /** Part of a frame, and how many bytes are wanted before it is worth looking at again. */
  #room: Buffer = nothing
  #held = 0
  #wanted = 0
  /** The message that is coming in fragments: its opcode, or 0. */
  #opcode = continuation
  #fragments: Buffer[] = []
  #fragmentCount = 0
  #length = 0
  #over = false

  constructor(maxPayload: number, frames: Frames) {
    this.#maxPayload = maxPayload
    this.#frames = frames
  }

  push(chunk: Buffer): void {
    if (this.#over) return
    if (this.#held === 0) return this.#read(chunk)
    this.#hold(chunk)
    if (this.#held < this.#wanted) return
    const bytes = this.#room.subarray(0, this.#held)
    this.#room = nothing
    this.#held = 0
    this.#read(bytes)
  }

  #read(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const next = this.#frame(bytes, at)
      if (this.#over) return
      if (next < 0) return this.#hold(bytes.subarray(at))
      at = next
    }
  }

  #hold(part: Buffer): void {
    const length = this.#held + part.length
    if (length > this.#room.length) {
      const room = Buffer.allocUnsafe(Math.max(smallestRoom, length * 2))
      room.set(this.#room.subarray(0, this.#held))
      this.#room = room
    }
    this.#room.set(part, this.#held)
    this.#held = length
  }

  /** Where the next frame begins; −1 when this one is not whole, or was the last. */
  #frame(bytes: Buffer, start: number): number {
    const here = bytes.length - start
    if (here < 2) return this.#want(2)
    const first = bytes[start]!
    const short = bytes[start + 1]! & 0x7f
    if (!this.#lawful(first, bytes[start + 1]!)) return -1
    const head = short < 126 ? 6 : short === 126 ? 8 : 14
    if (here < head - 4) return this.#want(head - 4)
    const length = short < 126 ? short : lengthOf(bytes, start + 2, short)
    const opcode = first & 0xf
    if (opcode < close && this.#length + length > this.#maxPayload) {
      this.#break(1009, 'message too large', `a message of more than ${this.#maxPayload} bytes`)
      return -1
    }
    if (here < head + length) return this.#want(head + length)
    const data = length === 0 ? nothing : bytes.subarray(start + head, start + head + length)
    unmask(data, bytes, start + head - 4)
    if (opcode < close) this.#data(opcode, first >= 0x80, data)
    else this.#control(opcode, data)
    return start + head + length
  }

  #want(bytes: number): number {
    this.#wanted = bytes
    return -1
  }

  /** What the first two bytes can tell (5.2, 5.4, 5.5). */
  #lawful(first: number, second: number): boolean {
    const opcode = first & 0xf
    const final = first >= 0x80
    if (first & 0x70) return this.#break(1002, 'protocol error', 'reserved bits are set')
    if (opcode >= close) {
      if (opcode > pong) return this.#break(1002, 'protocol error', `unknown opcode ${opcode}`)
      if (!final) return this.#break(1002, 'protocol error', 'a control frame in fragments')
      const length = second & 0x7f
      if (length > 125 || (opcode === close && length === 1))
        return this.#break(1002, 'protocol error', `a control frame of impossible length ${length}`)
    } else if (opcode > binary) return this.#break(1002, 'protocol error', `unknown opcode ${opcode}`)
    else if ((opcode === continuation) !== (this.#opcode !== continuation))
      return this.#break(1002, 'protocol error', 'fragments of two messages are mixed')
    if (second < 0x80) return this.#break(1002, 'protocol error', 'a client must mask its frames')
    return true
  }

  #data(opcode: number, final: boolean, data: Buffer): void {
    if (opcode !== continuation && final) return this.#message(opcode, data)
    if (opcode !== continuation) this.#opcode = opcode
    if (++this.#fragmentCount > mostFragments)
      return void this.#break(1008, 'too many fragments', `a message of more than ${mostFragments} fragments`)
    if (data.length > 0) this.#fragments.push(data)
    this.#length += data.length
    if (!final) return
    const whole = Buffer.concat(this.#fragments, this.#length)
    const kind = this.#opcode
    this.#opcode = continuation
    this.#fragments = []
    this.#fragmentCount = 0
    this.#length = 0
    this.#message(kind, whole)
  }

  #message(opcode: number, data: Buffer): void {
    if (opcode === binary) return this.#frames.message(data, true)
    if (isUtf8(data)) this.#frames.message(data, false)
    else this.#break(1007, 'invalid UTF-8', 'a text that is no UTF-8')
  }

  #control(opcode: number, data: Buffer): void {
    if (opcode === ping) return this.#frames.ping(data)
    if (opcode === pong) return this.#frames.pong()
    const code = data.length === 0 ? 1005 : data.readUInt16BE(0)
    const reason = data.subarray(2)
    if (code !== 1005 || data.length > 0) {
      if (!mayBeReceived(code)) return void this.#break(1002, 'protocol error', `close code ${code} may not be sent`)
      if (!isUtf8(reason)) return void this.#break(1007, 'invalid UTF-8', 'a close reason that is no UTF-8')
    }
    this.#end()
    this.#frames.closed(code, reason.toString())
  }

  #break(code: number, reason: string, what: string): false {
    this.#end()
    this.#frames.broken(code, reason, new LibError('socket.refused', `the peer sent ${what}`))
    return false
  }

  #end(): void {
    this.#over = true
    this.#room = nothing
    this.#fragments = []
  }
}

/** RFC 6455, 7.4, as in IANA's registry: 1000–1014 without 1004–1006, and 3000–4999. */
function mayBeReceived(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999)
}

/** A length beyond 2⁵³ loses its last digits, and is too large all the same. */
function lengthOf(bytes: Buffer, at: number, short: number): number {
  return short === 126 ? bytes.readUInt16BE(at) : bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
}

function unmask(data: Buffer, bytes: Buffer, at: number): void {
  const a = bytes[at]!
  const b = bytes[at + 1]!
  const c = bytes[at + 2]!
  const d = bytes[at + 3]!
  const { length } = data
  let place = 0
  for (; place + 3 < length; place += 4) {
    data[place]! ^= a
    data[place + 1]! ^= b
    data[place + 2]! ^= c
    data[place + 3]! ^= d
  }
  if (place < length) data[place]! ^= a
  if (place + 1 < length) data[place + 1]! ^= b
  if (place + 2 < length) data[place + 2]! ^= c
}
