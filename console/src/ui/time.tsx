/** Moments and durations, with tabular digits; what runs is counted once a second for all. */
import { useSyncExternalStore } from 'react'
import { ago, duration, fullTime, moment } from '../lib/format.ts'

const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

function watch(notify: () => void): () => void {
  watchers.add(notify)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const watcher of watchers) watcher()
  }, 1_000)
  return () => {
    watchers.delete(notify)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time of day, renewed every second while somebody looks. */
function useNow(): number {
  return useSyncExternalStore(watch, () => now)
}

/** A moment: time today, date before. The title tells it in full. */
export function Time({ at, relative = false }: { readonly at: number; readonly relative?: boolean }) {
  const today = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)} className="whitespace-nowrap tabular-nums">
      {relative ? ago(at, today) : moment(at, today)}
    </time>
  )
}

/** From `from` to `to`; without `to` it runs. */
export function Duration({ from, to }: { readonly from: number; readonly to?: number | null }) {
  return to === undefined || to === null ? <Running from={from} /> : <Fixed ms={to - from} />
}

function Running({ from }: { readonly from: number }) {
  return <Fixed ms={useNow() - from} />
}

function Fixed({ ms }: { readonly ms: number }) {
  return <span className="tabular-nums">{duration(ms)}</span>
}
