/** How loud running calls are and what their agents do, as the gateway tells it five times a second. */
import { openStream } from '../lib/stream.ts'
import type { Schemas } from '../lib/api.ts'
import type { ServerEvent } from '../lib/sse.ts'
import { floor, shareOf } from './level.ts'

export type Level = Schemas['Level']
export type AgentState = Level['state']

/** The latest of every call. Meters move with every word of the gateway; of an agent only a change of what it does is told. */
export class LiveLevels {
  #levels = new Map<string, Level>()
  readonly #meters = new Set<() => void>()
  readonly #watchers = new Map<string, Set<() => void>>()

  take(calls: readonly Level[]): void {
    const before = this.#levels
    this.#levels = new Map(calls.map((level) => [level.id, level]))
    for (const move of this.#meters) move()
    for (const [id, watchers] of this.#watchers)
      if (before.get(id)?.state !== this.#levels.get(id)?.state) for (const watcher of watchers) watcher()
  }

  /** dBFS */
  level(id: string, side: 'caller' | 'agent'): number {
    return this.#levels.get(id)?.[side] ?? floor
  }

  state(id: string): AgentState | undefined {
    return this.#levels.get(id)?.state
  }

  /** Stretches the element to the side's level, five times a second: its transition does the rest beside the page's own work. */
  meter(element: HTMLElement, id: string, side: 'caller' | 'agent'): () => void {
    const move = () => {
      element.style.transform = `scaleX(${shareOf(this.level(id, side)).toFixed(2)})`
    }
    move()
    this.#meters.add(move)
    return () => this.#meters.delete(move)
  }

  watch(id: string, watcher: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set()
    this.#watchers.set(id, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.#watchers.delete(id)
    }
  }
}

/** `call` narrows it to one, whose other live events go to `onOther`. */
export function followLevels(levels: LiveLevels, call?: string, onOther?: (event: ServerEvent) => void): Disposable {
  const url = call === undefined ? '/v1/live' : `/v1/live?call=${encodeURIComponent(call)}`
  return openStream(url, {
    onEvent(event) {
      if (event.type !== 'levels') return onOther?.(event)
      const { calls } = JSON.parse(event.data) as Schemas['Levels'] // the gateway's own words
      levels.take(calls)
    },
    onState: (state) => {
      if (state !== 'open') levels.take([])
    },
  })
}
