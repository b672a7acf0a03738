/** What the journal says makes lists of calls stale; they are read again, at most once a second. */
import { useEffect } from 'react'
import { queries } from '../lib/api.ts'
import { listen } from '../lib/events.ts'

const pace = 1_000
const telling = new Set(['call.queued', 'call.offered', 'call.dialed', 'call.progressed', 'call.ended', 'cost.known'])

export function useStaleCalls(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void queries.invalidateQueries({ queryKey: ['calls'] })
      void queries.invalidateQueries({ queryKey: ['overview'] })
    }
    const listening = listen(({ event }) => {
      if (telling.has(event.type)) timer ??= setTimeout(refresh, pace)
    })
    return () => {
      clearTimeout(timer)
      listening[Symbol.dispose]()
    }
  }, [])
}
