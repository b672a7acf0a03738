/** A server's frames (RFC 6455, 5.2): unmasked, unfragmented, head and payload in one buffer and one write. */
import { Socket as Connection } from 'node:net'
import type { Writable } from 'node:stream'

//  0          1                    2 … 9                then
//  FIN opcode | 0 length (0…125)   | –                  | payload
//             | 0 126              | length, 16 bit     |
//             | 0 127              | length, 64 bit     |

export const opcodes = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const

const final = 0x80
const short = 125
const medium = 0xffff

export class FrameWriter {
  readonly #to: Writable
  /** A connection of the kernel's has copied what it took; other streams hand the buffer itself on. */
  readonly #shares: boolean

  constructor(to: Writable) {
    this.#to = to
    this.#shares = to instanceof Connection
  }

  /** `data` is copied. `flushed`: all of it has left the process. */
  write(opcode: number, data: string | Uint8Array, flushed?: () => void): void {
    const length = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
    const start = length <= short ? 2 : length <= medium ? 4 : 10
    const frame = this.#shares ? sharedFrame(start + length) : Buffer.allocUnsafe(start + length)
    frame[0] = final | opcode
    writeLength(frame, length)
    if (typeof data === 'string') frame.write(data, start)
    else frame.set(data, start)
    // A callback costs a tick of its own: only who needs it asks for it.
    if (flushed) this.#to.write(frame, flushed)
    else this.#to.write(frame)
    // What could not leave at once still lies in the buffer.
    if (this.#to.writableLength > 0) slab = undefined
  }
}

// A hundred calls write frames of one length, one after the other, and nearly always the kernel takes them at once: one
// buffer, warm in the cache, does for all of them.
const slabSize = 4096
let slab: Buffer | undefined
let view: Buffer | undefined

function sharedFrame(size: number): Buffer {
  if (size > slabSize) return Buffer.allocUnsafe(size)
  if (slab && view?.length === size) return view
  slab ??= Buffer.allocUnsafeSlow(slabSize)
  view = slab.subarray(0, size)
  return view
}

function writeLength(frame: Buffer, length: number): void {
  if (length <= short) frame[1] = length
  else if (length <= medium) {
    frame[1] = 126
    frame[2] = length >> 8
    frame[3] = length
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
}
