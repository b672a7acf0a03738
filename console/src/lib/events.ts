/** The journal, live: one stream for the whole console, shared by everybody who listens. */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { noteRefusal, type Schemas } from './api.ts'
import { openStream, type StreamState } from './stream.ts'

export type JournalEvent = Schemas['Event']
type Listener = (entry: JournalEvent) => void

const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let stream: Disposable | undefined
let state: StreamState = 'connecting'
let lastId = ''

/** Runs for every event of the journal from now on, in order, resumed where it broke off. */
export function listen(listener: Listener): Disposable {
  listeners.add(listener)
  stream ??= openStream('/v1/events', {
    lastId,
    onEvent({ id, data }) {
      lastId = id
      const entry = JSON.parse(data) as JournalEvent // the gateway's own words
      for (const one of listeners) one(entry)
    },
    onState(now, error) {
      state = now
      noteRefusal(error)
      for (const watcher of watchers) watcher()
    },
  })
  return {
    [Symbol.dispose]() {
      listeners.delete(listener)
      if (listeners.size > 0) return
      stream?.[Symbol.dispose]()
      stream = undefined
    },
  }
}

/** Events of the journal for a component; `call` narrows them to one call. */
export function useEvents(onEvent: Listener, call?: string): void {
  const take = useEffectEvent(onEvent)
  useEffect(() => {
    const listening = listen((entry) => {
      if (call === undefined || entry.call === call) take(entry)
    })
    return () => listening[Symbol.dispose]()
  }, [call])
}

/** Whether what is shown is live right now. */
export function useLiveState(): StreamState {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify)
      return () => watchers.delete(notify)
    },
    () => state,
  )
}
