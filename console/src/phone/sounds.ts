/** What is heard and said in this page: the agent's loudspeaker, and both sides' levels and spectra. */
import { floor, levelOf } from '../sound/level.ts'

export type Side = 'caller' | 'agent'

const bins = 512

export class Sounds {
  #context: AudioContext | undefined
  #speaker: HTMLAudioElement | undefined
  #device = ''
  readonly #sides = new Map<Side, { readonly source: AudioNode; readonly analyser: AnalyserNode }>()
  readonly #samples = new Float32Array(bins * 2)
  readonly #spectrum = new Uint8Array(bins)
  /** The browser does not let us play until somebody presses something. */
  blocked = false

  async open(): Promise<void> {
    this.#context ??= new AudioContext()
    await this.#context.resume()
  }

  /** The microphone. */
  hear(stream: MediaStream): void {
    this.#attach('caller', stream)
  }

  /** The agent. Played by an element: some browsers give a WebRTC stream to nothing else first. */
  play(stream: MediaStream): void {
    this.#speaker ??= new Audio()
    this.#speaker.autoplay = true
    this.#speaker.srcObject = stream
    void this.playThrough(this.#device)
    this.#attach('agent', stream)
    this.#speaker.play().then(
      () => (this.blocked = false),
      (error: unknown) => (this.blocked = error instanceof Error && error.name === 'NotAllowedError'),
    )
  }

  /** Tries again what the browser refused; from a press. */
  async unblock(): Promise<void> {
    await this.#context?.resume()
    await this.#speaker?.play()
    this.blocked = false
  }

  /** Another loudspeaker, where the browser can choose one. */
  async playThrough(device: string): Promise<void> {
    this.#device = device
    if (this.#speaker && 'setSinkId' in this.#speaker) await this.#speaker.setSinkId(device).catch(() => undefined)
  }

  /** dBFS now. */
  level(side: Side): number {
    const analyser = this.#sides.get(side)?.analyser
    if (!analyser) return floor
    analyser.getFloatTimeDomainData(this.#samples)
    return levelOf(this.#samples)
  }

  /** Strength of `count` bands of the voice, 0…1 each. */
  bands(side: Side, count: number, out: Float32Array): void {
    const analyser = this.#sides.get(side)?.analyser
    if (!analyser) return void out.fill(0)
    analyser.getByteFrequencyData(this.#spectrum)
    // Voices live below 4 kHz; the lowest bins hold hum.
    const top = Math.min(bins, Math.ceil((4_000 / (analyser.context.sampleRate / 2)) * bins))
    for (let band = 0; band < count; band++) {
      const from = 2 + Math.floor((band * (top - 2)) / count)
      out[band] = (this.#spectrum[from] ?? 0) / 255
    }
  }

  silence(): void {
    for (const { source } of this.#sides.values()) source.disconnect()
    this.#sides.clear()
    if (this.#speaker) this.#speaker.srcObject = null
    this.blocked = false
  }

  #attach(side: Side, stream: MediaStream): void {
    if (!this.#context) return
    this.#sides.get(side)?.source.disconnect()
    const source = this.#context.createMediaStreamSource(stream)
    const analyser = this.#context.createAnalyser()
    analyser.fftSize = bins * 2
    analyser.smoothingTimeConstant = 0.6
    source.connect(analyser)
    this.#sides.set(side, { source, analyser })
  }
}
