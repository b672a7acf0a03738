/** What every `Socket` does, whatever is beneath: run on the pair in memory and on real WebSockets. */
import { describe, expect, test } from 'vitest'
import type { Socket, SocketClose, SocketMessage } from './socket.ts'

/** Two connected ends. */
export type OpenPair = (options?: {
  readonly maxPayload?: number
  readonly protocol?: string
}) => Promise<readonly [Socket, Socket]>

function closeOf(socket: Socket): Promise<SocketClose> {
  return new Promise((resolve) => void socket.onClose(resolve))
}

/** The first `count` messages. */
function messagesOf(socket: Socket, count: number): Promise<SocketMessage[]> {
  const messages: SocketMessage[] = []
  return new Promise((resolve) => {
    socket.onMessage((message) => messages.push(message) === count && resolve(messages))
  })
}

export function describeSocket(name: string, open: OpenPair): void {
  describe(`${name}: messages`, () => {
    test('arrive in order, text and bytes apart, as buffers', async () => {
      const [a, b] = await open()
      const received = messagesOf(b, 4)
      const sent = [a.send('Zoë'), a.send(Uint8Array.of(0, 255)), a.send(Buffer.from('{}'), false), a.send('')]
      expect(sent).toEqual([true, true, true, true])
      expect(await received).toEqual([
        { data: Buffer.from('Zoë'), binary: false },
        { data: Buffer.from([0, 255]), binary: true },
        { data: Buffer.from('{}'), binary: false },
        { data: Buffer.alloc(0), binary: false },
      ])
      expect([a.counts.sent, b.counts.received]).toEqual([4, 4])
    })

    test('that came before anybody listened are not lost', async () => {
      const [a, b] = await open()
      a.send('one')
      a.send('two')
      await Promise.resolve()
      expect((await messagesOf(b, 2)).map(({ data }) => String(data))).toEqual(['one', 'two'])
    })

    test('go to every listener until it leaves', async () => {
      const [a, b] = await open()
      const seen: string[] = []
      const early = b.onMessage(({ data }) => void seen.push(`early ${data}`))
      b.onMessage(() => early[Symbol.dispose]())
      const both = messagesOf(b, 2)
      a.send('1')
      a.send('2')
      await both
      expect(seen).toEqual(['early 1'])
    })

    test('pass between listeners in both directions without end or nesting trouble', async () => {
      const [a, b] = await open()
      b.onMessage(({ data }) => void b.send(data))
      let rounds = 0
      await new Promise<void>((resolve) => {
        a.onMessage(() => (++rounds < 500 ? void a.send('ball') : resolve()))
        a.send('ball')
      })
      expect(rounds).toBe(500)
    })
  })

  describe(`${name}: the end`, () => {
    test('is told to both, with code, reason and who began', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      const ends = Promise.all([closeOf(a), closeOf(b)])
      expect([a.open, b.open]).toEqual([true, true])
      a.close(4001, 'bye')
      a.close(4002, 'again')
      expect(a.open).toBe(false)
      expect(await ends).toEqual([
        { code: 4001, reason: 'bye', by: 'us' },
        { code: 4001, reason: 'bye', by: 'peer' },
      ])
      expect([a.open, b.open]).toEqual([false, false])
    })

    test('is told once, and at once to whoever asks later', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      let told = 0
      a.onClose(() => void told++)
      a.close()
      a.terminate()
      const end = await closeOf(a)
      a.terminate()
      a.close()
      let late: SocketClose | undefined
      a.onClose((close) => (late = close))
      expect([told, late, end.code]).toEqual([1, end, end.code])
      await closeOf(b)
    })

    test('comes after what was sent before it', async () => {
      const [a, b] = await open()
      for (let at = 0; at < 50; at++) a.send(String(at))
      a.close()
      const seen: string[] = []
      b.onMessage(({ data }) => void seen.push(String(data)))
      await closeOf(b)
      expect(seen).toHaveLength(50)
    })

    test('without a handshake is 1006 to both', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      const ends = Promise.all([closeOf(a), closeOf(b)])
      a.terminate('enough')
      expect(await ends).toMatchObject([
        { code: 1006, reason: 'enough', by: 'us' },
        { code: 1006, by: 'network' },
      ])
    })

    test('makes sending a counted nothing', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      a.close()
      expect([a.send('x'), a.counts.unsent, a.counts.sent]).toEqual([false, 1, 0])
      await Promise.all([closeOf(a), closeOf(b)])
    })

    test('carries at most 123 bytes of reason, cut between characters', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      a.close(4000, '日'.repeat(60))
      const { reason } = await closeOf(b)
      expect(reason).toBe(`${'日'.repeat(40)}…`)
    })

    test('refuses codes that must not be sent', async () => {
      const [a, b] = await open()
      for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, Number.NaN])
        expect(() => a.close(code)).toThrow(expect.objectContaining({ code: 'setting.invalid' }))
      a.terminate()
      b.terminate()
    })

    test('comes with 1009 when a message is larger than allowed', async () => {
      const [a, b] = await open({ maxPayload: 100 })
      let received = 0
      b.onMessage(() => void received++)
      a.onMessage(() => undefined)
      const ends = Promise.all([closeOf(a), closeOf(b)])
      a.send('x'.repeat(100))
      a.send('x'.repeat(101))
      expect(await ends).toMatchObject([
        { code: 1009, by: 'peer' },
        { code: 1009, by: 'us', reason: 'message too large' },
      ])
      expect(received).toBe(1)
    })

    test('comes with 1011 when a listener throws, and the error is told', async () => {
      const [a, b] = await open()
      const error = new Error('ours')
      b.onMessage(() => {
        throw error
      })
      a.onMessage(() => undefined)
      const ends = Promise.all([closeOf(a), closeOf(b)])
      a.send('x')
      expect(await ends).toMatchObject([
        { code: 1011, by: 'peer' },
        { code: 1011, by: 'us', error },
      ])
    })

    test('comes with 1001 on disposal, which waits for it', async () => {
      const [a, b] = await open()
      b.onMessage(() => undefined)
      const end = closeOf(b)
      await a[Symbol.asyncDispose]()
      expect((await closeOf(a)).code).toBe(1001)
      expect((await end).code).toBe(1001)
      await a[Symbol.asyncDispose]()
    })
  })

  test(`${name}: the agreed subprotocol is known to both`, async () => {
    const [a, b] = await open({ protocol: 'media' })
    expect([a.protocol, b.protocol]).toEqual(['media', 'media'])
    const [c, d] = await open()
    expect([c.protocol, d.protocol]).toEqual(['', ''])
    for (const socket of [a, b, c, d]) socket.terminate()
  })
}
