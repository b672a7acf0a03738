import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { FrameWriter, opcodes } from './frame.ts'

function written(opcode: number, data: string | Uint8Array): Buffer {
  const parts: Buffer[] = []
  const to = new Writable({ write: (chunk: Buffer, _, done) => (parts.push(chunk), done()) })
  new FrameWriter(to).write(opcode, data)
  expect(parts).toHaveLength(1)
  return parts[0]!
}

describe('a frame', () => {
  test('of text and of bytes, as the RFC draws them', () => {
    expect(written(opcodes.text, 'Hello')).toEqual(Buffer.from('810548656c6c6f', 'hex'))
    expect(written(opcodes.binary, Uint8Array.of(1, 2))).toEqual(Buffer.from('82020102', 'hex'))
    expect(written(opcodes.text, '')).toEqual(Buffer.from('8100', 'hex'))
    expect(written(opcodes.text, '€')).toEqual(Buffer.from('8103e282ac', 'hex'))
    expect(written(opcodes.text, Buffer.from('{}'))).toEqual(Buffer.from('81027b7d', 'hex'))
    expect(written(opcodes.ping, '')).toEqual(Buffer.from('8900', 'hex'))
    expect(written(opcodes.close, Uint8Array.of(3, 0xe8))).toEqual(Buffer.from('880203e8', 'hex'))
  })

  test.each([
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
  ])('of %i bytes begins with %s', (length, head) => {
    const frame = written(opcodes.binary, new Uint8Array(length).fill(7))
    expect(frame.subarray(0, head.length / 2).toString('hex')).toBe(head)
    expect(frame).toHaveLength(head.length / 2 + length)
    expect(frame.at(-1)).toBe(7)
  })

  test('keeps its bytes in a stream that hands its buffers on', () => {
    const parts: Buffer[] = []
    const writer = new FrameWriter(new Writable({ write: (chunk: Buffer, _, done) => (parts.push(chunk), done()) }))
    for (const letter of ['a', 'b', 'c']) writer.write(opcodes.text, letter)
    expect(parts.map((part) => String(part.subarray(2)))).toEqual(['a', 'b', 'c'])
  })
})
