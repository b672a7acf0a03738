/** Listening in: one call at a time, wherever in the console it was begun. */
import { useSyncExternalStore } from 'react'
import { failureOf } from '../../lib/failure.ts'
import { listenTo, type Listening, type Side } from '../../sound/listen.ts'
import { noteFailed } from '../../ui/toast.tsx'

export interface Heard {
  readonly call: string
  readonly state: 'connecting' | 'playing'
  readonly volume: Readonly<Record<Side, number>>
}

let heard: Heard | undefined
let current: Listening | undefined
const watchers = new Set<() => void>()

function set(next: Heard | undefined): void {
  heard = next
  for (const watcher of watchers) watcher()
}

export async function startListening(call: string): Promise<void> {
  stopListening()
  set({ call, state: 'connecting', volume: { caller: 1, agent: 1 } })
  try {
    const listening = await listenTo((signal) => open(call, signal))
    if (heard?.call !== call) return listening[Symbol.dispose]()
    current = listening
    set({ ...heard, state: 'playing' })
    await listening.over
  } catch (error) {
    noteFailed('The call cannot be heard', error)
  }
  if (heard?.call === call) stopListening()
}

export function stopListening(): void {
  current?.[Symbol.dispose]()
  current = undefined
  if (heard) set(undefined)
}

export function setVolume(side: Side, share: number): void {
  if (!heard) return
  current?.volume(side, share)
  set({ ...heard, volume: { ...heard.volume, [side]: share } })
}

/** What is being listened to. */
export function useHeard(): Heard | undefined {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify)
      return () => watchers.delete(notify)
    },
    () => heard,
  )
}

async function open(call: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(`/v1/calls/${encodeURIComponent(call)}/listen`, { signal })
  if (!response.ok) throw failureOf(response.status, await response.json().catch(() => undefined))
  return response
}
