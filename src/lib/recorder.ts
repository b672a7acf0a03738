/** Keeps every outside input of a call so that the call can be replayed: cheap on the frame path, written in batches. */
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Timer } from './clock.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { Logger } from './log.ts'
import type { RecordedInput } from './recording.ts'
import { encodeHeader, encodeInput, gapKind } from './recording.ts'

/** When an input came. */
export type InputPlace = Pick<RecordedInput, 'time' | 'frame' | 'joined'>

export interface InputRecorder extends AsyncDisposable {
  /**
   * Never awaits, never throws. Bytes are copied; JSON must not change afterwards. Secrets must be gone already:
   * headers through `redactHeaders`, addresses through `redactUrl`.
   */
  input(kind: string, data: JsonValue | Uint8Array, at: InputPlace): void
  /** Inputs not kept, because a bound was reached or the disk failed. */
  readonly dropped: number
  /** Writes what is left. Idempotent. */
  close(): Promise<void>
}

export interface RecorderOptions {
  readonly path: string
  readonly call: string
  readonly clock: Clock
  /** Told once when the disk fails: the call goes on without a recording. */
  readonly log: Logger
  /** For the header. No secrets. */
  readonly about?: JsonObject
  /** Largest file. Default 256 MiB: more than two hours of µ-law both ways. */
  readonly maxBytes?: number
  /** Inputs waiting for the next batch. Default 4096. */
  readonly maxPending?: number
  /** Encoded bytes waiting for the disk. Default 4 MiB. */
  readonly maxUnwritten?: number
  /** Ms between batches. Default 200. */
  readonly batchEvery?: number
}

const defaults = { maxBytes: 256 << 20, maxPending: 4096, maxUnwritten: 4 << 20, batchEvery: 200 }

/** The file is made, readable by its owner only, with the first batch. */
export function createRecorder(options: RecorderOptions): InputRecorder {
  return new FileRecorder(options)
}

class FileRecorder implements InputRecorder {
  readonly #options: RecorderOptions & typeof defaults
  #pending: RecordedInput[] = []
  #unwritten: string
  /** Inputs in it. */
  #waiting = 0
  #size: number
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #lost = 0
  #dropped = 0
  #file: FileHandle | undefined
  #stopped = false
  #closing: Promise<void> | undefined

  constructor(options: RecorderOptions) {
    this.#options = { ...defaults, ...options }
    const { call, clock, about = {} } = options
    this.#unwritten = encodeHeader({ call, wall: clock.now(), monotonic: clock.monotonic(), about })
    this.#size = this.#unwritten.length
  }

  get dropped(): number {
    return this.#dropped
  }

  input(kind: string, data: JsonValue | Uint8Array, at: InputPlace): void {
    if (this.#stopped || this.#closing || this.#pending.length >= this.#options.maxPending) return this.#lose()
    const kept = data instanceof Uint8Array ? Buffer.from(data) : data
    this.#pending.push({ kind, data: kept, ...at })
    this.#timer ??= this.#options.clock.timer(this.#options.batchEvery, () => this.#batch())
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lose(): void {
    this.#lost++
    this.#dropped++
  }

  #batch(): void {
    this.#timer = undefined
    const batch = this.#pending
    this.#pending = []
    for (const input of batch) this.#encode(input)
    this.#writing = this.#writing.then(() => this.#write())
  }

  #encode(input: RecordedInput): void {
    if (this.#stopped || this.#unwritten.length > this.#options.maxUnwritten) return this.#lose()
    const gap = this.#lost > 0 ? encodeInput({ kind: gapKind, data: this.#lost, time: input.time }) : ''
    const line = gap + encodeInput(input)
    this.#size += Buffer.byteLength(line)
    // A file that is full stays so: later, smaller inputs would only hide where it ends.
    if (this.#size > this.#options.maxBytes) {
      this.#unwritten += encodeInput({ kind: gapKind, data: this.#lost + 1, time: input.time })
      this.#stopped = true
      return this.#lose()
    }
    this.#lost = 0
    this.#waiting++
    this.#unwritten += line
  }

  async #write(): Promise<void> {
    const [text, inputs] = [this.#unwritten, this.#waiting]
    this.#unwritten = ''
    this.#waiting = 0
    if (text === '') return
    try {
      this.#file ??= await create(this.#options.path)
      await this.#file.appendFile(text)
    } catch (error) {
      if (!this.#stopped) this.#options.log.warn('recording stopped', { path: this.#options.path, error })
      this.#stopped = true
      this.#dropped += inputs
    }
  }

  async #finish(): Promise<void> {
    this.#timer?.cancel()
    this.#batch()
    await this.#writing
    await this.#file?.close()
  }
}

async function create(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true })
  return open(path, 'wx', 0o600)
}

/** Keeps nothing. */
export const noRecorder: InputRecorder = {
  input: () => undefined,
  dropped: 0,
  close: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

/** Keeps inputs in memory: for tests. */
export function memoryRecorder(): InputRecorder & { readonly inputs: RecordedInput[] } {
  const inputs: RecordedInput[] = []
  return {
    ...noRecorder,
    inputs,
    input: (kind, data, at) =>
      void inputs.push({ kind, data: data instanceof Uint8Array ? Uint8Array.from(data) : data, ...at }),
  }
}
