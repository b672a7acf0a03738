/** Levels of both sides and what the agent does, for one call or many. */
import { createContext, use, useCallback, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react'
import { cx } from '../../lib/classes.ts'
import type { ServerEvent } from '../../lib/sse.ts'
import type { Tone } from '../../lib/format.ts'
import { followLevels, LiveLevels, type AgentState } from '../../sound/live.ts'
import { Badge } from '../../ui/badge.tsx'

const Levels = createContext<LiveLevels | undefined>(undefined)

export interface LevelsOfProps {
  /** Only this call. */
  readonly call?: string
  /** Off while nothing can be live. */
  readonly live?: boolean
  /** Other live events of the call; must stay the same function. */
  readonly onOther?: (event: ServerEvent) => void
  readonly children: ReactNode
}

export function LevelsOf({ call, live = true, onOther, children }: LevelsOfProps) {
  const levels = useMemo(() => new LiveLevels(), [])
  useEffect(() => {
    if (!live) return
    const following = followLevels(levels, call, onOther)
    return () => {
      following[Symbol.dispose]()
      levels.take([])
    }
  }, [levels, call, live, onOther])
  return <Levels value={levels}>{children}</Levels>
}

function useLevels(): LiveLevels {
  const levels = use(Levels)
  if (!levels) throw new Error('There are no levels around this part of the page')
  return levels
}

export interface LevelBarProps {
  readonly call: string
  readonly side: 'caller' | 'agent'
  readonly className?: string
}

/** One bar, moved without drawing anything anew. */
export function LevelBar({ call, side, className }: LevelBarProps) {
  const levels = useLevels()
  const place = useCallback(
    (element: HTMLElement | null) => (element ? levels.meter(element, call, side) : undefined),
    [levels, call, side],
  )
  return (
    <span aria-hidden className={cx('block overflow-hidden rounded-full bg-sunken', className ?? 'h-1.5')}>
      <span
        ref={place}
        className={cx(
          'block size-full origin-left rounded-full transition-transform duration-200 ease-linear',
          side === 'caller' ? 'bg-caller' : 'bg-agent',
        )}
      />
    </span>
  )
}

const states: Readonly<Record<AgentState, { readonly label: string; readonly tone: Tone }>> = {
  listening: { label: 'Listening', tone: 'neutral' },
  thinking: { label: 'Thinking', tone: 'warn' },
  speaking: { label: 'Speaking', tone: 'accent' },
  held: { label: 'Held', tone: 'warn' },
}

export function AgentStateBadge({ call }: { readonly call: string }) {
  const levels = useLevels()
  const watch = useCallback((notify: () => void) => levels.watch(call, notify), [levels, call])
  const state = useSyncExternalStore(watch, () => levels.state(call))
  if (!state) return <span className="text-ink-3">–</span>
  const { label, tone } = states[state]
  return <Badge tone={tone}>{label}</Badge>
}
