/** The doors that a conversation has besides the line: its agent and its voice-activity detector, each letting inputs in. */
import { createSource } from '../media/port.ts'
import type { Vad, VadFactory } from '../media/vad/vad.ts'
import type { AgentEmit, AgentEvent, AgentSession } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import { plain, type Inputs } from './inputs.ts'

/** An agent whose events and sound are inputs of the call. */
export function agentDoor(
  inputs: Inputs,
  open: (emit: AgentEmit) => Promise<AgentSession>,
): (emit: AgentEmit) => Promise<AgentSession> {
  const tell = (emit: AgentEmit) => (event: AgentEvent) =>
    inputs.take(
      'agent',
      () => plain(event),
      () => emit(event),
    )
  return async (emit) => {
    const session = await open(tell(emit)).catch((error: unknown) => refused(inputs, error))
    const { microphone, speaker } = session.port
    const source = createSource(microphone.rate)
    const spare = new Spare()
    const pipe = microphone.pipe({
      rate: microphone.rate,
      write: (pcm) => {
        const copy = inputs.busy ? spare.copy(pcm) : undefined
        const sound = copy ?? pcm
        inputs.take(
          'audio',
          () => bytesOf(sound),
          () => {
            source.emit(sound)
            // A recording keeps what it was given.
            if (copy && !inputs.kept) spare.back(copy)
          },
        )
      },
      flush: () =>
        inputs.take(
          'audio',
          () => null,
          () => source.flush(),
        ),
      toString: () => 'call',
    })
    const heard: AgentSession = {
      port: { microphone: source, speaker },
      turns: session.turns,
      greets: session.greets ?? false,
      order: (order) => session.order(order),
      async [Symbol.asyncDispose]() {
        pipe[Symbol.dispose]()
        await session[Symbol.asyncDispose]()
      },
    }
    const about = () => ({
      speaks: microphone.rate,
      hears: speaker.rate,
      turns: heard.turns,
      greets: heard.greets ?? false,
    })
    return new Promise((resolve) => inputs.take('agent-open', about, () => resolve(heard)))
  }
}

/** That an agent cannot be opened is an input like any other. */
function refused(inputs: Inputs, error: unknown): Promise<never> {
  const code = error instanceof OffhookError ? error.code : 'internal'
  const message = error instanceof Error ? error.message : String(error)
  return new Promise((_, reject) =>
    inputs.take(
      'agent-failed',
      () => ({ code, message }),
      () => reject(new OffhookError(code, message, { cause: error })),
    ),
  )
}

/** A detector whose decisions are inputs of the call: models decide when they are done, not when a frame comes. */
export function voiceDoor(inputs: Inputs, factory: VadFactory): VadFactory {
  return (rate) => {
    const vad = factory(rate)
    let speaking = false
    return {
      rate: vad.rate,
      windowMs: vad.windowMs,
      get speaking() {
        return speaking
      },
      write: (pcm) => vad.write(pcm),
      flush: () => vad.flush?.(),
      listen: (listener) =>
        vad.listen((event) =>
          inputs.take(
            'voice',
            () => plain(event),
            () => {
              if (event.type === 'started' || event.type === 'ended') speaking = event.type === 'started'
              listener(event)
            },
          ),
        ),
      rest: () => vad.rest?.(),
      toString: () => String(vad),
      [Symbol.dispose]: () => vad[Symbol.dispose](),
    } satisfies Vad
  }
}

/** Sound that must wait a moment is copied, mostly frame by frame at one length: the last copy's array does for the next. */
class Spare {
  /** Samples: 20 ms at 48 kHz. A whole answer in one piece is not kept. */
  static readonly #longest = 960
  #array: Int16Array | undefined

  copy(pcm: Int16Array): Int16Array {
    const array = this.#array
    if (array?.length !== pcm.length) return pcm.slice()
    this.#array = undefined
    array.set(pcm)
    return array
  }

  /** Nobody looks at it any more. */
  back(array: Int16Array): void {
    if (array.length <= Spare.#longest) this.#array = array
  }
}

function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
}
