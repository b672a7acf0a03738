/** Sources that fan out, and the one way to join two parties. */
import type { AudioPort, AudioSink, AudioSource, AudioStage } from '../spec/audio.ts'
import { chain, fit } from './chain.ts'

/** A source and the end that feeds it. */
export interface Emitter extends AudioSource {
  /** Hands the samples to every sink, in the order they were piped. A pipe disposed meanwhile gets nothing more. */
  emit(pcm: Int16Array): void
  /** Ends a run of sound for every sink. */
  flush(): void
}

/** Sinks of another rate get a resampler of their own. */
export function createSource(rate: number): Emitter {
  // Replaced, never changed: whoever emits walks the list as it was, and asks each pipe whether it is still open.
  let pipes: readonly { readonly sink: AudioSink; open: boolean }[] = []
  return {
    rate,
    emit(pcm) {
      for (const pipe of pipes) if (pipe.open) pipe.sink.write(pcm)
    },
    flush() {
      for (const pipe of pipes) if (pipe.open) pipe.sink.flush?.()
    },
    pipe(sink) {
      const pipe = { sink: fit(rate)(sink), open: true }
      pipes = [...pipes, pipe]
      return {
        [Symbol.dispose]() {
          pipe.open = false
          pipes = pipes.filter((other) => other !== pipe)
        },
      }
    },
  }
}

export interface ConnectOptions {
  /** Stages on the way from the first party to the second, in the order sound passes them. Default: none. */
  readonly forth?: readonly AudioStage[]
  /** Stages on the way back. Default: none. */
  readonly back?: readonly AudioStage[]
  /** Receives one line for each of the two paths. Default: nobody. */
  readonly print?: (path: string) => void
}

/** Joins two parties both ways until disposed: each hears what the other says. Rates may differ. */
export function connect(a: AudioPort, b: AudioPort, options: ConnectOptions = {}): Disposable {
  const forth = path(a, b, options.forth ?? [])
  const back = path(b, a, options.back ?? [])
  options.print?.(`${a.microphone.rate} Hz → ${forth}`)
  options.print?.(`${b.microphone.rate} Hz → ${back}`)
  const pipes = [a.microphone.pipe(forth), b.microphone.pipe(back)]
  return {
    [Symbol.dispose]() {
      for (const pipe of pipes) pipe[Symbol.dispose]()
    },
  }
}

/** Stages run at the rate of the hearing side; what the talking side says is fitted to the first of them. */
function path(from: AudioPort, to: AudioPort, stages: readonly AudioStage[]): AudioSink {
  return fit(from.microphone.rate)(chain(to.speaker, ...stages))
}
