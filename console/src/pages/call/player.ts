/** The recording's cursor: played, moved and followed by everything on the page that shows a moment of the call. */

export interface Player extends Disposable {
  readonly audio: HTMLAudioElement
  /** Where the cursor stands, ms. */
  readonly time: number
  readonly playing: boolean
  seek(ms: number): void
  toggle(): Promise<void>
  /** Hears of every change: each frame while it plays. */
  watch(listener: () => void): () => void
}

export function createPlayer(source: string | undefined): Player {
  const audio = new Audio()
  const listeners = new Set<() => void>()
  let time = 0
  let frame = 0
  audio.preload = 'metadata'
  if (source !== undefined) audio.src = source
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const follow = () => {
    time = audio.currentTime * 1000
    tell()
    if (!audio.paused) frame = requestAnimationFrame(follow)
  }
  for (const type of ['play', 'pause', 'ended', 'seeked'])
    audio.addEventListener(type, () => {
      cancelAnimationFrame(frame)
      follow()
    })
  return {
    audio,
    get time() {
      return time
    },
    get playing() {
      return !audio.paused
    },
    seek(ms) {
      time = Math.max(0, ms)
      // Without a recording the cursor still moves: transcript and timeline follow it.
      if (source !== undefined) audio.currentTime = time / 1000
      tell()
    },
    toggle: async () => (audio.paused ? audio.play() : audio.pause()),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.dispose]() {
      cancelAnimationFrame(frame)
      audio.pause()
      audio.removeAttribute('src')
      listeners.clear()
    },
  }
}
