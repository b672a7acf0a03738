/** The pair in memory keeps the contract, and misbehaves on demand. */
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../clock.ts'
import { describeSocket } from './contract.ts'
import { socketPair } from './pair.ts'
import type { SocketClose } from './socket.ts'

describeSocket('pair', async (options = {}) => socketPair(options))

describe('a pair without a clock', () => {
  test('delivers before send returns', () => {
    const [a, b] = socketPair()
    const seen: string[] = []
    b.onMessage(({ data }) => void seen.push(String(data)))
    a.send('now')
    expect(seen).toEqual(['now'])
  })

  test('finishes with one message before the next, whatever the answers trigger', () => {
    const [a, b] = socketPair()
    const seen: string[] = []
    a.onMessage(() => void a.send('second'))
    b.onMessage(({ data }) => {
      seen.push(`${data} begins`)
      if (String(data) === 'first') b.send('answer')
      seen.push(`${data} ends`)
    })
    a.send('first')
    expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })

  test('gives the receiver bytes of its own', () => {
    const [a, b] = socketPair()
    const bytes = Uint8Array.of(1, 2)
    let received: Buffer | undefined
    b.onMessage(({ data }) => (received = data))
    a.send(bytes)
    bytes.fill(9)
    expect(received).toEqual(Buffer.from([1, 2]))
  })
})

describe('a pair on a clock', () => {
  test('delivers after its latency, in order, the close last', () => {
    const clock = new VirtualClock()
    const [a, b] = socketPair({ clock, latency: 20 })
    const seen: string[] = []
    b.onMessage(({ data }) => void seen.push(`${data}@${clock.monotonic()}`))
    b.onClose(({ code }) => void seen.push(`${code}@${clock.monotonic()}`))
    a.send('1')
    clock.advance(10)
    a.send('2')
    a.close(4000)
    expect(a.bufferedBytes).toBe(2)
    clock.advance(100)
    expect(seen).toEqual(['1@20', '2@30', '4000@30'])
    expect([a.bufferedBytes, clock.pending]).toEqual([0, 0])
  })
})

describe('a stalled reader', () => {
  test('lets bytes pile up, congests once, and drains below half of the mark', () => {
    const [a, b] = socketPair({ highWater: 100, hardCap: 1000 })
    const seen: string[] = []
    a.onCongestion((bytes) => void seen.push(`congested ${bytes}`))
    a.onDrain(() => void seen.push(`drained ${a.bufferedBytes}`))
    b.onMessage(() => undefined)
    b.stall()
    const sent = Array.from({ length: 6 }, () => a.send('x'.repeat(25)))
    expect(sent).toEqual([true, true, true, true, false, false])
    expect([a.bufferedBytes, a.counts.congestions, seen]).toEqual([150, 1, ['congested 125']])
    b.resume()
    expect(seen).toEqual(['congested 125', 'drained 50'])
    expect([a.bufferedBytes, a.send('x'), b.counts.received]).toEqual([0, true, 7])
  })

  test('is closed with 1013 when too much waits', () => {
    const [a, b] = socketPair({ highWater: 100, hardCap: 200 })
    b.stall()
    let end: SocketClose | undefined
    a.onClose((close) => (end = close))
    for (let at = 0; at < 9; at++) a.send('x'.repeat(25))
    expect(end).toEqual({ code: 1013, reason: '225 bytes wait for a peer that reads too slowly', by: 'us' })
    expect(a.send('x')).toBe(false)
    let seen: SocketClose | undefined
    b.onClose((close) => (seen = close))
    expect(seen).toBeUndefined()
    b.resume()
    b.onMessage(() => undefined)
    expect(seen).toMatchObject({ code: 1013, by: 'peer' })
  })
})
