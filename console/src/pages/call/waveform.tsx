/** Both sides of the recording on one scale, with who spoke when, where the agent was interrupted, and a cursor that moves. */
import { Pause, Play, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { cx } from '../../lib/classes.ts'
import { useTheme } from '../../app/theme.ts'
import { noteFailed } from '../../ui/toast.tsx'
import { IconButton } from '../../ui/button.tsx'
import { clockOf } from './clock.ts'
import type { Shape } from './data.ts'
import { useCursor, usePlayer, usePlaying } from './following.tsx'
import type { Story } from './story.ts'

const zooms = [1, 2, 4, 8, 16] as const
/** What an arrow key moves, ms. */
const step = 1_000

export function Waveform({ shape, story }: { readonly shape: Shape; readonly story: Story }) {
  const [zoom, setZoom] = useState(0)
  const scale = zooms[zoom] ?? 1
  return (
    <section aria-label="Recording" className="rounded-xl border border-line bg-surface">
      <div className="flex items-center gap-3 border-b border-line px-3 py-2 sm:px-4">
        <PlayButton />
        <Position of={shape.seconds * 1000} />
        <div className="ml-auto flex items-center gap-3">
          <Key className="hidden sm:flex" />
          <div className="flex">
            <IconButton size="sm" label="Show more at once" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
              <ZoomOut />
            </IconButton>
            <IconButton
              size="sm"
              label="Look closer"
              disabled={zoom === zooms.length - 1}
              onClick={() => setZoom(zoom + 1)}
            >
              <ZoomIn />
            </IconButton>
          </div>
        </div>
      </div>
      <div className="flex">
        <Lanes />
        <Scrolled scale={scale} shape={shape} story={story} />
      </div>
    </section>
  )
}

function Lanes() {
  return (
    <div aria-hidden className="flex w-14 shrink-0 flex-col border-r border-line py-1 text-2xs font-medium sm:w-16">
      <span className="flex h-14 items-center justify-center text-caller">Caller</span>
      <span className="flex h-14 items-center justify-center text-agent">Agent</span>
    </div>
  )
}

function Key({ className }: { readonly className?: string }) {
  return (
    <ul className={cx('items-center gap-3.5 text-2xs text-ink-3', className)}>
      <li className="flex items-center gap-1.5">
        <span className="h-1 w-4 rounded-full bg-caller" aria-hidden />
        heard as speech
      </li>
      <li className="flex items-center gap-1.5">
        <span className="h-3 w-0.5 rounded-full bg-warn" aria-hidden />
        interrupted
      </li>
    </ul>
  )
}

function PlayButton() {
  const player = usePlayer()
  const playing = usePlaying()
  const toggle = () => {
    player.toggle().catch((error: unknown) => noteFailed('The recording does not play', error))
  }
  return (
    <IconButton size="sm" variant="primary" label={playing ? 'Pause' : 'Play the recording'} onClick={toggle}>
      {playing ? <Pause /> : <Play />}
    </IconButton>
  )
}

function Position({ of }: { readonly of: number }) {
  const text = useCursor(clockOf)
  return (
    <p className="font-mono text-xs tabular-nums">
      {text} <span className="text-ink-3">/ {clockOf(of)}</span>
    </p>
  )
}

interface ScrolledProps {
  readonly scale: number
  readonly shape: Shape
  readonly story: Story
}

/** Wave, marks and cursor share one width: a share of the length is a share of the width. */
function Scrolled({ scale, shape, story }: ScrolledProps) {
  const player = usePlayer()
  const viewport = useRef<HTMLDivElement>(null)
  const length = shape.seconds * 1000
  useFollowing(viewport, length)
  const seek = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    player.seek(((event.clientX - box.left) / box.width) * length)
  }
  const move = (event: KeyboardEvent) => {
    const to = keyed(event.key, player.time, length)
    if (to === undefined) return
    event.preventDefault()
    player.seek(Math.min(length, to))
  }
  const theme = useTheme()
  const now = useCursor((ms) => Math.round(ms / 100) * 100)
  return (
    <div ref={viewport} className="min-w-0 flex-1 overflow-x-auto overflow-y-hidden">
      <div
        role="slider"
        tabIndex={0}
        aria-label="Position in the recording"
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={now}
        aria-valuetext={clockOf(now)}
        onPointerDown={seek}
        onPointerMove={(event) => event.buttons === 1 && seek(event)}
        onKeyDown={move}
        style={{ width: `${scale * 100}%` }}
        className="relative h-30 cursor-text touch-pan-x -outline-offset-2"
      >
        <Wave key={`${theme} ${scale}`} shape={shape} />
        <Marks story={story} length={length} />
        <Cursor length={length} />
      </div>
    </div>
  )
}

function keyed(key: string, time: number, length: number): number | undefined {
  if (key === 'ArrowRight') return time + step
  if (key === 'ArrowLeft') return time - step
  if (key === 'PageUp') return time + step * 10
  if (key === 'PageDown') return time - step * 10
  if (key === 'Home') return 0
  return key === 'End' ? length : undefined
}

/** Keeps the cursor in sight while it plays. */
function useFollowing(viewport: React.RefObject<HTMLDivElement | null>, length: number): void {
  const player = usePlayer()
  useEffect(() => {
    const follow = () => {
      const box = viewport.current
      if (!box || box.scrollWidth <= box.clientWidth) return
      const x = (player.time / length) * box.scrollWidth
      if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth * 0.9) box.scrollLeft = x - box.clientWidth * 0.1
    }
    return player.watch(follow)
  }, [player, viewport, length])
}

/** Drawn anew when the theme's colours or the width change: its key says so. */
function Wave({ shape }: { readonly shape: Shape }) {
  const place = useRef<HTMLDivElement>(null)
  const player = usePlayer()
  useEffect(() => {
    let wave: Disposable | undefined
    let gone = false
    const draw = async () => {
      const { drawWave } = await import('./wave.ts')
      if (gone || !place.current) return
      const style = getComputedStyle(document.documentElement)
      wave = drawWave(place.current, shape, player, (name) => style.getPropertyValue(name))
    }
    draw().catch((error: unknown) => noteFailed('The recording cannot be drawn', error))
    return () => {
      gone = true
      wave?.[Symbol.dispose]()
    }
  }, [shape, player])
  return <div ref={place} aria-hidden className="pointer-events-none absolute inset-x-0 inset-y-1" />
}

function Marks({
  story: { speech, interruptions, digits },
  length,
}: {
  readonly story: Story
  readonly length: number
}) {
  const share = (ms: number) => `${(Math.max(0, ms) / length) * 100}%`
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 overflow-hidden">
      {speech.map(({ from, to }) => (
        <span
          key={from}
          className="absolute top-[3.625rem] h-1 rounded-full bg-caller"
          style={{ left: share(from), width: share(Math.min(to, length) - from) }}
        />
      ))}
      {interruptions.map(({ at }) => (
        <span key={at} className="absolute inset-y-1 w-0.5 rounded-full bg-warn" style={{ left: share(at) }} />
      ))}
      {digits.map(({ digit, at }) => (
        <span
          key={at}
          className="absolute top-0.5 -translate-x-1/2 rounded-xs bg-caller px-1 font-mono text-2xs text-surface"
          style={{ left: share(at) }}
        >
          {digit}
        </span>
      ))}
    </div>
  )
}

/** Moved by hand: no drawing of the page for each frame. */
function Cursor({ length }: { readonly length: number }) {
  const player = usePlayer()
  const line = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const move = () => {
      if (line.current) line.current.style.left = `${Math.min(100, (player.time / length) * 100)}%`
    }
    move()
    return player.watch(move)
  }, [player, length])
  return <span ref={line} aria-hidden className="pointer-events-none absolute inset-y-0 left-0 w-px bg-ink" />
}
