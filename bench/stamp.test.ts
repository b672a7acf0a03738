import { describe, expect, test } from 'vitest'
import { decodeUlaw, encodeUlaw } from '../src/media/codecs/g711.ts'
import { readStamp, readStampOf, stampLength, writeStamp } from './stamp.ts'

const frame = () => new Uint8Array(160).fill(0x20)

describe('stamps', () => {
  test.each([
    { call: 1, frame: 0 },
    { call: 4095, frame: 262_143 },
    { call: 100, frame: 12_345 },
  ])('call $call, frame $frame survives the way through samples', (stamp) => {
    const bytes = frame()
    writeStamp(bytes, stamp)
    expect(readStamp(bytes)).toEqual(stamp)
    expect(readStampOf(decodeUlaw(bytes))).toEqual(stamp)
    const back = encodeUlaw(decodeUlaw(bytes))
    expect(back).toEqual(bytes)
    expect(bytes.subarray(stampLength)).toEqual(frame().subarray(stampLength))
  })

  test('sound without a stamp, silence, and half a frame have none', () => {
    expect(readStamp(frame())).toBeUndefined()
    expect(readStamp(new Uint8Array(160).fill(0xff))).toBeUndefined()
    expect(readStamp(new Uint8Array(4).fill(0xfe))).toBeUndefined()
    expect(readStampOf(new Int16Array(160).fill(-8))).toBeUndefined()
  })
})
