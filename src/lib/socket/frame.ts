/** A server's data frame in one piece (RFC 6455, 5.2): unmasked, unfragmented, ready for a single write. */

//   0          1                    2 … 9                then
//  FIN opcode | 0 length (0…125)   | –                  | payload
//             | 0 126              | length, 16 bit     |
//             | 0 127              | length, 64 bit     |

const final = 0x80
const text = 0x1
const binary = 0x2
const short = 125
const medium = 0xffff

export function dataFrame(data: string | Uint8Array, isBinary: boolean): Buffer {
  const length = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
  const start = length <= short ? 2 : length <= medium ? 4 : 10
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = final | (isBinary ? binary : text)
  writeLength(frame, length)
  if (typeof data === 'string') frame.write(data, start)
  else frame.set(data, start)
  return frame
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
