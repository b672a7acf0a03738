/** The middle of the phone: the voices as a ring, and in it how the call stands. */
import { useEffect, useRef } from 'react'
import { useTheme } from '../../app/theme.ts'
import { cx } from '../../lib/classes.ts'
import { Duration } from '../../ui/time.tsx'
import type { Conversation } from '../../phone/conversation.ts'
import type { Sounds } from '../../phone/sounds.ts'
import { drawRing, rays } from './ring.ts'

export interface StageProps {
  readonly conversation: Conversation
  readonly sounds: Sounds
  readonly name: string
}

export function Stage({ conversation, sounds, name }: StageProps) {
  const theme = useTheme()
  const { phase, startedAt, endedAt } = conversation
  const waiting = phase === 'microphone' || phase === 'connecting' || phase === 'ringing' || phase === 'reconnecting'
  return (
    <div className="relative mx-auto aspect-square w-full max-w-84">
      <Ring key={theme} sounds={sounds} live={phase === 'talking'} />
      {waiting && (
        <span
          aria-hidden
          className="absolute inset-[16%] rounded-full border-2 border-transparent border-t-accent motion-safe:animate-spin"
        />
      )}
      <div className="absolute inset-[20%] flex flex-col items-center justify-center gap-1 text-center">
        <p className="line-clamp-2 text-lg font-semibold text-balance [overflow-wrap:anywhere]" title={name}>
          {name}
        </p>
        <p role="status" className={cx('text-sm', phase === 'failed' ? 'text-bad' : 'text-ink-2')}>
          {wordsOf(conversation)}
        </p>
        <p className="h-5 font-mono text-xs text-ink-3 tabular-nums">
          {startedAt !== undefined && <Duration from={startedAt} to={endedAt ?? null} />}
        </p>
      </div>
    </div>
  )
}

function wordsOf({ phase, speaking, muted, lines }: Conversation): string {
  switch (phase) {
    case 'idle':
      return 'Ready to call'
    case 'microphone':
      return 'Waiting for the microphone'
    case 'connecting':
      return 'Connecting'
    case 'ringing':
      return 'Ringing'
    case 'reconnecting':
      return 'Calling back'
    case 'ended':
      return 'Call ended'
    case 'failed':
      return 'Not connected'
    case 'talking':
      if (speaking.agent) return 'Speaking'
      if (speaking.caller) return 'You are speaking'
      if (muted) return 'You are muted'
      return lines.at(-1)?.by === 'caller' ? 'Thinking' : 'Listening'
    default:
      return phase satisfies never
  }
}

const size = 640

function Ring({ sounds, live }: { readonly sounds: Sounds; readonly live: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const style = getComputedStyle(document.documentElement)
    const inks = {
      caller: style.getPropertyValue('--caller'),
      agent: style.getPropertyValue('--agent'),
      line: style.getPropertyValue('--line-strong'),
    }
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const bands = { caller: new Float32Array(rays), agent: new Float32Array(rays) }
    let frame = 0
    const draw = (now: number) => {
      for (const side of ['caller', 'agent'] as const) {
        sounds.bands(side, rays, bands[side])
        // One height for all rays instead of a dance.
        if (calm) bands[side].fill(bands[side].reduce((sum, band) => sum + band, 0) / rays)
      }
      drawRing(context, { size, radius: size * 0.36, ...bands, inks, live, now })
      frame = live ? requestAnimationFrame(draw) : 0
    }
    frame = requestAnimationFrame(draw)
    return () => cancelAnimationFrame(frame)
  }, [sounds, live])
  return <canvas ref={canvas} width={size} height={size} aria-hidden className="absolute inset-0 size-full" />
}
