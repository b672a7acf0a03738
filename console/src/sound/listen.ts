/** Listening in on a running call: its stream read, both sides played with a volume of their own. */
import { levelOf } from './level.ts'
// oxlint-disable-next-line import/default -- the build makes the default export: the worklet's address
import listenUrl from './listen.worklet.ts?worker&url'
import { stereoReader } from './stereo.ts'

export type Side = 'caller' | 'agent'

export interface Listening extends Disposable {
  /** 0…1 */
  volume(side: Side, share: number): void
  /** dBFS now, as it is played. */
  level(side: Side): number
  /** Resolves when the call is over or listening was stopped; rejects when the stream broke. */
  readonly over: Promise<void>
}

/** `open` asks for the stream with a signal. The browser must have been clicked, or it plays nothing. */
export async function listenTo(open: (signal: AbortSignal) => Promise<Response>): Promise<Listening> {
  const stopping = new AbortController()
  // The loudspeaker first: sound that nobody takes is not kept for long at the other end.
  const context = new AudioContext()
  const close = () => void (context.state === 'closed' ? undefined : context.close())
  await context.audioWorklet.addModule(listenUrl)
  const node = new AudioWorkletNode(context, 'listen', { numberOfInputs: 0, outputChannelCount: [2] })
  await context.resume()
  const response = await open(stopping.signal).catch((error: unknown) => {
    close()
    throw error
  })
  if (!response.body) throw new Error('The gateway sent no sound.')
  node.port.postMessage({ rate: rateOf(response.headers) }, [])
  const sides = sidesOf(context, node)
  return {
    volume: (side, share) => sides[side].gain.gain.setTargetAtTime(share, context.currentTime, 0.02),
    level: (side) => sides[side].read(),
    over: pump(response.body, node.port, stopping.signal).finally(close),
    [Symbol.dispose]: () => stopping.abort(),
  }
}

/** Told by a header of ours, or by the media type's parameter. */
function rateOf(headers: Headers): number {
  const told = headers.get('x-sample-rate') ?? /rate=(\d+)/.exec(headers.get('content-type') ?? '')?.[1]
  const rate = Number(told)
  return rate >= 4_000 && rate <= 192_000 ? rate : 16_000
}

function sidesOf(context: AudioContext, node: AudioWorkletNode) {
  const splitter = context.createChannelSplitter(2)
  node.connect(splitter)
  const side = (channel: number) => {
    const gain = context.createGain()
    const analyser = context.createAnalyser()
    analyser.fftSize = 1024
    const samples = new Float32Array(analyser.fftSize)
    splitter.connect(analyser, channel)
    splitter.connect(gain, channel)
    gain.connect(context.destination)
    const read = () => {
      analyser.getFloatTimeDomainData(samples)
      return levelOf(samples)
    }
    return { gain, read }
  }
  return { caller: side(0), agent: side(1) } as const
}

async function pump(body: ReadableStream<Uint8Array>, port: MessagePort, signal: AbortSignal): Promise<void> {
  const read = stereoReader()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const sound = read(value)
      port.postMessage(sound, [sound.left.buffer, sound.right.buffer])
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
