/** A made-up vendor whose socket speaks JSON, for tests of what drives one: the translator, and the vendor's own end. */
import { z } from 'zod'
import { settle, VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { silentLogger } from '../../lib/log.ts'
import { Scope } from '../../lib/scope.ts'
import { type MemorySocket, socketPair } from '../../lib/socket/pair.ts'
import { OffhookError } from '../../spec/errors.ts'
import type {
  PartHost,
  RecogniserEvent,
  SocketRecogniserSpec,
  SocketSpeakerSpec,
  SpeakerEvent,
} from '../../spec/speech.ts'
import type { Connect } from '../vendor.ts'

const settings = z.object({ key: z.string().default('sk-very-secret'), turns: z.enum(['engine', 'vendor']).optional() })

interface Message {
  readonly text?: string
}

/** Says as an event whatever JSON the vendor sends. 16 kHz. */
export const fakeEars: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'socket-ears',
  label: 'Ears',
  settings,
  socket: {
    rate: () => 16_000,
    turns: ({ turns }) => turns ?? 'engine',
    idleAfter: 5_000,
    // oxlint-disable-next-line eslint/require-yield -- this vendor wants no request first
    *connect({ key }) {
      return { url: 'wss://ears.test/?model=nova-general-9', headers: { authorization: `Token ${key}` } }
    },
    begin: () => 0,
    step(state, input) {
      switch (input.type) {
        case 'audio':
          return { state, events: [], messages: [{ binary: new Uint8Array([input.pcm.length / 16]) }] }
        case 'message': {
          const event: RecogniserEvent = JSON.parse((input.message as Message).text ?? '')
          return { state, events: [event], messages: [] }
        }
        default:
          return { state, events: [], messages: [{ text: input.type }] }
      }
    },
    explainClose: (code, reason) =>
      code === 4001 ? { code: 'vendor.credentials', message: `the key was refused (${reason})` } : undefined,
  },
}

/** Says as an event whatever JSON the vendor sends; each binary message is 100 ms of the context named in it. 16 kHz. */
export const fakeVoice: SocketSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'socket-voice',
  label: 'Voice',
  settings,
  socket: {
    rate: () => 16_000,
    // oxlint-disable-next-line eslint/require-yield -- this vendor wants no request first
    *connect() {
      return { url: 'wss://voice.test/', headers: {} }
    },
    begin: () => 0,
    step(state, input) {
      switch (input.type) {
        case 'message': {
          const { message } = input
          const event: SpeakerEvent =
            'text' in message
              ? JSON.parse(message.text)
              : { type: 'audio', context: Buffer.from(message.binary).toString(), pcm: new Int16Array(1600).fill(5) }
          return { state, events: [event], messages: [] }
        }
        case 'speak':
          return { state, events: [], messages: [{ text: `speak ${input.context} ${input.text}` }] }
        case 'cancel':
          return { state, events: [], messages: [{ text: `cancel ${input.context}` }] }
        default:
          return { state, events: [], messages: [{ text: input.type }] }
      }
    },
  },
}

/** The vendor's ends of all sockets so far, what came on each, and how the next ones are refused. */
export class FakeVendor {
  readonly clock = new VirtualClock()
  readonly ends: MemorySocket[] = []
  readonly came: string[][] = []
  readonly refusals: Error[] = []
  /** Told to every new socket at once. */
  welcome: readonly object[] = [{ type: 'ready' }]
  readonly host: PartHost = {
    scope: new Scope(),
    clock: this.clock,
    ids: seededIds('vendor'),
    stream: () => Promise.reject(new OffhookError('internal', 'no network in this test')),
  }
  readonly connect: Connect = async ({ signal }) => {
    signal.throwIfAborted()
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
    const [ours, theirs] = socketPair()
    const came: string[] = []
    theirs.onMessage(({ data, binary }) => void came.push(binary ? `${data[0]} ms` : data.toString()))
    this.ends.push(theirs)
    this.came.push(came)
    for (const event of this.welcome) theirs.send(JSON.stringify(event))
    return ours
  }

  get needs() {
    return { host: this.host, connect: this.connect, logger: silentLogger, secrets: ['sk-very-secret'] }
  }

  /** The newest socket says this. */
  async say(...events: readonly object[]): Promise<void> {
    for (const event of events) this.ends.at(-1)?.send(JSON.stringify(event))
    await settle()
  }

  async close(code: number, reason = ''): Promise<void> {
    this.ends.at(-1)?.close(code, reason)
    await settle()
  }

  /** What came on the newest socket, without sound. */
  get words(): readonly string[] {
    return (this.came.at(-1) ?? []).filter((word) => !word.endsWith(' ms'))
  }

  /** Sound that came on the newest socket, ms. */
  get soundMs(): number {
    return (this.came.at(-1) ?? []).reduce(
      (sum, word) => sum + (word.endsWith(' ms') ? Number.parseInt(word, 10) : 0),
      0,
    )
  }
}
