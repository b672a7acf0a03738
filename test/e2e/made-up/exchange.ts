/** Meridian's other side: rings us with a telephone, streams L16, and hangs up when its API is told to. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { decodeMulaw, encodeMulaw, tickerOf, type Phone } from '../../../simulators/index.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import type { Scope } from '../../../src/lib/scope.ts'
import { signatureOf } from './carrier.ts'

const reply = z.object({
  do: z.enum(['stream', 'reject']),
  to: z.string().optional(),
  events: z.string().optional(),
  why: z.string().optional(),
})

export interface Exchange {
  readonly api: string
  /** Where its lines lead. */
  readonly lines: ReadonlyMap<string, string>
  ring(call: {
    readonly url: string
    readonly from: string
    readonly to: string
    readonly phone: Phone
    readonly secret?: string
  }): Promise<MeridianCall>
}

export interface MeridianCall {
  readonly ref: string
  /** Why it was not put through; undefined when it was. */
  readonly refused: { readonly status: number; readonly why: string } | undefined
  /** Keys we had it send. */
  readonly keys: readonly string[]
  readonly cleared: number
  readonly over: Promise<string>
}

interface Running {
  end(why: string): void
}

export async function openExchange(
  scope: Scope,
  account: { readonly tenant: string; readonly secret: string },
): Promise<Exchange> {
  const running = new Map<string, Running>()
  const lines = new Map<string, string>()
  const hangup = (ref: string) => {
    const call = running.get(ref)
    call?.end('hung up by API')
    return call !== undefined
  }
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url?.split('/').at(-1) ?? '')
    if (request.url?.startsWith('/lines/')) void lay(lines, request).then((line) => response.end(line))
    else response.writeHead(request.method === 'DELETE' && hangup(name) ? 204 : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => {
    for (const call of running.values()) call.end('closed')
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server has one while it listens
  const tell = async (url: string, fields: Readonly<Record<string, string>>, secret = account.secret) => {
    const body = JSON.stringify({ ...fields, tenant: account.tenant })
    const headers = { 'content-type': 'application/json', 'x-meridian-signature': signatureOf(secret, body) }
    return fetch(url, { method: 'POST', headers, body })
  }
  return {
    ...{ api: `http://127.0.0.1:${port}`, lines },
    async ring({ url, from, to, phone, secret }) {
      const ref = `m-${randomIds.token(8)}`
      const response = await tell(url, { call: ref, from, to }, secret)
      const answer = reply.parse(await response.json())
      if (answer.do === 'reject' || !answer.to)
        return {
          ref,
          refused: { status: response.status, why: answer.why ?? '' },
          keys: [],
          cleared: 0,
          over: Promise.resolve('rejected'),
        }
      return talk({
        ref,
        phone,
        tenant: account.tenant,
        media: answer.to,
        running,
        report: () => tell(answer.events ?? '', { call: ref, state: 'over' }),
      })
    },
  }
}

/** Without a name it is a new one. */
async function lay(lines: Map<string, string>, request: IncomingMessage): Promise<string> {
  const line = request.url?.split('/').at(-1) || `line-${lines.size + 1}`
  lines.set(line, await text(request))
  return line
}

interface Talk {
  readonly ref: string
  readonly phone: Phone
  readonly tenant: string
  readonly media: string
  readonly running: Map<string, Running>
  readonly report: () => Promise<unknown>
}

function talk({ ref, phone, tenant, media, running, report }: Talk): MeridianCall {
  const socket = new WebSocket(media)
  const over = Promise.withResolvers<string>()
  const keys: string[] = []
  let cleared = 0
  let queue: (Int16Array | string)[] = []
  const echoMarks = (how = '') => {
    while (typeof queue[0] === 'string') socket.send(`MARK ${queue.shift()}${how}`)
  }
  const tick = () => {
    socket.send(bytesOf(decodeMulaw(phone.speak().bytes)))
    echoMarks()
    const frame = queue.shift()
    phone.hear(encodeMulaw(frame instanceof Int16Array ? frame : new Int16Array(160)))
  }
  let ticking: Disposable | undefined
  const end = (why: string) => {
    if (!running.delete(ref)) return
    ticking?.[Symbol.dispose]()
    phone.disconnect(why)
    if (socket.readyState === WebSocket.OPEN) socket.send('OVER')
    socket.close()
    void report().then(
      () => over.resolve(why),
      () => over.resolve(why),
    )
  }
  running.set(ref, { end })
  socket.on('open', () => {
    socket.send(`MERIDIAN ${ref} ${tenant}`)
    phone.connect({ press: (digit) => socket.send(`KEY ${digit}`), hangup: () => end('the person hung up') })
    ticking = tickerOf(realClock).add(tick)
  })
  socket.on('message', (data: Buffer, binary) => {
    if (binary) {
      queue.push(new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)))
      return
    }
    const [word, value = ''] = data.toString().split(' ')
    if (word === 'KEYS') keys.push(value)
    if (word === 'MARK') queue.push(value)
    if (word !== 'CLEAR') return
    cleared++
    queue = queue.filter((item) => typeof item === 'string')
    echoMarks(' cleared')
  })
  socket.on('close', () => end('the application closed the stream'))
  socket.on('error', () => end('the stream broke'))
  return {
    ...{ ref, refused: undefined, keys, over: over.promise },
    get cleared() {
      return cleared
    },
  }
}

function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
}
