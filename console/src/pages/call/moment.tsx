/** A moment of the call that can be gone to. */
import { clockOf } from './clock.ts'
import { usePlayer } from './following.tsx'

/** `label` says what is there; the time is what is seen. */
export function Moment({ at, label }: { readonly at: number; readonly label?: string }) {
  const player = usePlayer()
  const time = clockOf(at)
  return (
    <button
      type="button"
      onClick={() => player.seek(at)}
      aria-label={label === undefined ? `Go to ${time}` : `Go to ${time}: ${label}`}
      className="rounded-sm font-mono text-xs text-ink-3 tabular-nums hover:text-accent hover:underline"
    >
      {time}
    </button>
  )
}
