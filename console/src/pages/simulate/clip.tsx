/** A piece of sound in a line: its shape, its length, a button to hear it. */
import { Play, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Clip } from '../../sound/clip.ts'
import { IconButton } from '../../ui/button.tsx'
import { noteFailed } from '../../ui/toast.tsx'

export function ClipView({ clip }: { readonly clip: Clip }) {
  const [playing, setPlaying] = useState(false)
  const stop = useRef<() => void>(undefined)
  useEffect(() => () => stop.current?.(), [])
  const toggle = () => {
    if (playing) return stop.current?.()
    play(clip, () => setPlaying(false)).then(
      (end) => {
        stop.current = end
        setPlaying(true)
      },
      (error: unknown) => noteFailed('This sound does not play', error),
    )
  }
  return (
    <div className="flex h-8 items-center gap-2 px-1.5">
      <IconButton size="sm" label={playing ? 'Stop' : `Play ${clip.name}`} onClick={toggle}>
        {playing ? <Square /> : <Play />}
      </IconButton>
      <Shape peaks={clip.peaks} />
      <span className="max-w-32 truncate text-xs text-ink-2" title={clip.name}>
        {clip.name}
      </span>
      <span className="text-xs text-ink-3 tabular-nums">{clip.seconds.toFixed(1)} s</span>
    </div>
  )
}

function Shape({ peaks }: { readonly peaks: readonly number[] }) {
  const path = peaks.map((peak, index) => `M${index} ${16 - peak * 15}V${16 + peak * 15}`).join('')
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, peaks.length)} 32`}
      preserveAspectRatio="none"
      aria-hidden
      className="h-6 min-w-0 flex-1"
    >
      <path d={path} className="stroke-caller" strokeWidth="0.7" fill="none" />
    </svg>
  )
}

/** Resolves with what stops it. Played from its samples: the page's policy allows no media from memory. */
async function play(clip: Clip, onEnd: () => void): Promise<() => void> {
  const context = new AudioContext()
  const bytes = Uint8Array.from(atob(clip.base64), (letter) => letter.charCodeAt(0))
  const source = context.createBufferSource()
  source.buffer = await context.decodeAudioData(bytes.buffer)
  source.connect(context.destination)
  const end = () => {
    if (context.state === 'closed') return
    void context.close()
    onEnd()
  }
  source.addEventListener('ended', end)
  source.start()
  return end
}
