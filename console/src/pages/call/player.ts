/** The recording's cursor: played, moved and followed by everything on the page that shows a moment of the call. */

export interface Player {
  readonly audio: HTMLAudioElement
  /** Where the cursor stands, ms. */
  readonly time: number
  readonly playing: boolean
  seek(ms: number): void
  toggle(): Promise<void>
  /** Hears of every change: each frame while it plays. */
  watch(listener: () => void): () => void
  /** Loads the recording; what it returns puts it away again. */
  open(source: string): () => void
}

export function createPlayer(): Player {
  const audio = new Audio()
  const listeners = new Set<() => void>()
  let time = 0
  let frame = 0
  audio.preload = 'metadata'
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
      if (audio.src !== '') audio.currentTime = time / 1000
      tell()
    },
    toggle: async () => (audio.paused ? audio.play() : audio.pause()),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    open(source) {
      audio.src = source
      if (time > 0) audio.currentTime = time / 1000
      return () => {
        cancelAnimationFrame(frame)
        audio.pause()
        audio.removeAttribute('src')
        audio.load()
      }
    },
  }
}
