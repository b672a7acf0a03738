/** Server-sent events: heartbeats, a bound for slow readers, and an end when the reader may not read any more. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Engine } from '../calls/engine.ts'
import { identify, principalIn } from './auth.ts'

/** A comment line this often keeps proxies from closing a quiet stream, ms; who reads is looked at again as often. */
const heartbeat = 15_000
/** What a slow reader may leave unread, bytes; then it is cut off, and may resume where it was. */
const mostUnread = 4_194_304
/** A reader that is cut off has this long to take in why, ms. */
const farewell = 2_000

export interface EventStream {
  /** Aborted when the reader is gone or was cut off. */
  readonly signal: AbortSignal
  send(event: { readonly event: string; readonly data: unknown; readonly id?: number }): void
  /** Says why, as `event: end`, and closes. */
  end(reason: string): void
}

/** Processes tell each other which sessions are over, and whose viewers may see less. */
export const sessionsOver = 'sessions.over'

/** Said instead of a session: what these viewers see has changed. */
export function viewersOf(organization: string): string {
  return `viewers of ${organization}`
}

/** Takes over the reply. The request must have a principal. */
export function openStream(engine: Engine, request: FastifyRequest, reply: FastifyReply): EventStream {
  reply.hijack()
  const { raw } = reply
  const gone = new AbortController()
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.write(': open\n\n')
  const end = (reason: string): void => {
    if (gone.signal.aborted) return
    gone.abort()
    raw.end(text({ event: 'end', data: { reason } }))
    engine.clock.timer(farewell, () => raw.destroy())
  }
  raw.on('close', () => gone.abort())
  const scope = engine.scope.child('stream')
  scope.defer(() => end('the gateway stops'))
  gone.signal.addEventListener('abort', () => void scope.close())
  watchReader(engine, request, { signal: gone.signal, beat: () => void raw.write(': still here\n\n'), end })
  return {
    signal: gone.signal,
    end,
    send(event) {
      if (gone.signal.aborted) return
      raw.write(text(event))
      if (raw.writableLength <= mostUnread) return
      engine.logger.warn('a reader of events was too slow and is cut off', { path: request.routeOptions.url ?? '' })
      end('this reader was too slow: resume from the last event it has')
    },
  }
}

interface Watched {
  readonly signal: AbortSignal
  readonly beat: () => void
  readonly end: (reason: string) => void
}

/** Ends what is read when its reader signs out, loses the key, or may not read this any more. */
export function watchReader(engine: Engine, request: FastifyRequest, { signal, beat, end }: Watched): void {
  const { session, role, organization } = principalIn(request)
  const look = async (): Promise<void> => {
    try {
      const now = await identify(engine, request)
      if (now.role !== role) return end('your role has changed: connect again')
    } catch {
      return end('you are signed out')
    }
    if (signal.aborted) return
    beat()
    timer = engine.clock.timer(heartbeat, () => void look())
  }
  let timer = engine.clock.timer(heartbeat, () => void look())
  const over = engine.coordination.subscribe(sessionsOver, (ended) => {
    if (session !== undefined && ended === session) end('you are signed out')
    if (role === 'viewer' && ended === viewersOf(organization)) end('what you may see has changed: connect again')
  })
  signal.addEventListener('abort', () => {
    timer.cancel()
    over.then((one) => one[Symbol.asyncDispose]()).catch(() => undefined) // the coordination is closed: so is this
  })
}

function text({ event, data, id }: { readonly event: string; readonly data: unknown; readonly id?: number }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
