/** Says back what it hears: shows that a line works both ways, and what the way costs. */
import { z } from 'zod'
import { createSource } from '../../../media/port.ts'
import type { AgentSession, AgentSpec } from '../../../spec/agent.ts'
import type { AudioSink } from '../../../spec/audio.ts'
import type { VideoFrame } from '../../../spec/listen.ts'
import { field } from '../../../spec/provider.ts'

const settings = z.object({
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000), z.literal(48_000)]).default(8000), {
    title: 'Sample rate (Hz)',
    description: 'The rate the agent hears and speaks at; the line is converted to it.',
  }),
  delayMs: field(z.number().int().min(0).max(10_000).default(0), {
    title: 'Delay (ms)',
    description: 'How much later it says what it heard. 0: at once.',
  }),
  looks: field(z.boolean().default(false), {
    title: 'Looks',
    description:
      'Takes pictures of cameras and screens too, and counts them: the client message "pictures" asks how many.',
  }),
})

export const echo: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'echo',
  label: 'Echo',
  about: 'Says back what it hears; needs no account. For trying out a line.',
  settings,
  sees: ({ looks }) => looks,
  body: {
    by: 'port',
    rate: (config) => config.rate,
    open({ rate, delayMs, looks }, _brief, emit): AgentSession {
      const microphone = createSource(rate)
      const speaker = delayed(microphone, Math.round((rate * delayMs) / 1000))
      emit({ type: 'ready' })
      const eyes = looks ? new Eyes() : undefined
      return {
        ...(eyes ? { see: (frame: VideoFrame) => eyes.see(frame) } : {}),
        // Whatever a client says is said back, too.
        message: (type, data) => (eyes && type === 'pictures' ? eyes.seen : data),
        port: { microphone, speaker },
        turns: 'none',
        order: () => undefined,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    },
  },
}

/** Counts what it sees. */
class Eyes {
  #count = 0
  #keys = 0
  #last: VideoFrame | undefined

  see(frame: VideoFrame): void {
    this.#count++
    if (frame.key) this.#keys++
    this.#last = frame
  }

  get seen() {
    const last = this.#last
    const shown = last ? { source: last.source, codec: last.codec, bytes: last.data.length } : {}
    return { count: this.#count, keys: this.#keys, ...shown }
  }
}

/** A delay is a ring of samples that begins with silence: time is the sound's own. */
function delayed(voice: { readonly rate: number; emit(pcm: Int16Array): void }, samples: number): AudioSink {
  const ring = new Int16Array(samples)
  let at = 0
  const late = (sample: number) => {
    const earlier = ring[at]!
    ring[at] = sample
    at = (at + 1) % samples
    return earlier
  }
  return {
    rate: voice.rate,
    write: (pcm) => voice.emit(samples === 0 ? pcm : pcm.map(late)),
    toString: () => `echo ${voice.rate} Hz`,
  }
}
