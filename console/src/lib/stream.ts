/** A stream of server-sent events that comes back by itself, where it was. */
import { failureOf } from './failure.ts'
import { eventParser, type ServerEvent } from './sse.ts'

export type StreamState = 'connecting' | 'open' | 'waiting' | 'refused'

export interface StreamOptions {
  readonly onEvent: (event: ServerEvent) => void
  readonly onState?: (state: StreamState, error?: unknown) => void
  /** Where to resume from at first. */
  readonly lastId?: string
}

const [shortest, longest] = [500, 15_000]

/** Opens `url` until disposed. A refusal (4xx) ends it; everything else is tried again, sooner first. */
export function openStream(url: string, { onEvent, onState, lastId = '' }: StreamOptions): Disposable {
  const ended = new AbortController()
  let [id, failures] = [lastId, 0]

  const receive = async (): Promise<void> => {
    onState?.('connecting')
    const response = await fetch(url, {
      credentials: 'same-origin',
      headers: { accept: 'text/event-stream', ...(id ? { 'last-event-id': id } : {}) },
      signal: ended.signal,
    })
    if (!response.ok || !response.body) throw failureOf(response.status, await response.json().catch(() => undefined))
    onState?.('open')
    failures = 0
    const parser = eventParser()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      for (const event of parser.push(piece.value)) {
        if (event.id) id = event.id
        onEvent(event)
      }
  }

  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        await receive()
      } catch (error) {
        if (ended.signal.aborted) return
        if (isRefusal(error)) return onState?.('refused', error)
        failures += 1
      }
      onState?.('waiting')
      await pause(Math.min(longest, shortest * 2 ** failures), ended.signal)
    }
  }

  void run()
  return { [Symbol.dispose]: () => ended.abort() }
}

function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0
  return status >= 400 && status < 500 && status !== 429
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
